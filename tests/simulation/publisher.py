"""A log that repeats and reorders batches, as one shared by machines may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from msgspec.structs import replace


if TYPE_CHECKING:
    import random

    from carbonex.engine import Batch
    from carbonex.gateway.server.committer import Publisher
    from carbonex.journal import Row

    from .record import Record


KEPT: Final = 20  # batches that may be repeated


@final
class StutteringLog:
    """Implements ``Publisher``; adds rows to the log that must have no effect.

    A batch published before, of this epoch or an older one, is repeated; the newest is
    written twice; or a batch arrives whose predecessors never will.
    """

    def __init__(
        self,
        log: Publisher,
        draw: random.Random,
        published: list[Batch],
        often: float,
        record: Record,
    ) -> None:
        self._log = log
        self._draw = draw
        self._published = published  # shared by all servers
        self._often = often
        self._record = record

    def publish(self, batch: Batch) -> Row:
        draw = self._draw
        if self._published and draw.random() < self._often:
            self._repeat(self._published[int(draw.random() * len(self._published))])
        if draw.random() < self._often / 4:
            self._repeat(replace(batch, n=batch.n + 1 + int(draw.random() * 3)))
        row = self._log.publish(batch)
        if draw.random() < self._often / 2:
            self._repeat(batch)
        self._published.append(batch)
        if len(self._published) > KEPT:
            self._published.pop(int(draw.random() * KEPT))
        return row

    def roll(self) -> None:
        self._log.roll()

    def sync_head(self) -> None:
        self._log.sync_head()

    def _repeat(self, batch: Batch) -> None:
        self._record.count("batches repeated or out of order")
        self._log.publish(batch)
