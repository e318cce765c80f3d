"""Applies the rows of a log to an exchange, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .skips import Skips


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Applied, Batch, Exchange

    from .log import Row, Tail


class Step(NamedTuple):
    """One row of the log and the engine's result."""

    row: Row
    batch: Batch
    applied: Applied


def steps(
    log: Tail,
    exchange: Exchange,
    after: int,
    last: int | None = None,
    warnings: list[str] | None = None,
) -> Iterator[Step]:
    """Apply the rows after position ``after``, up to ``last`` or the log's end.

    A row named by a valid SkipRow later in the log is skipped, or applied without one
    timed event; ``warnings`` reports it. A row skipped whole is not ``accepted`` in its
    ``Applied``.

    ``exchange`` must be in the state after ``after``; each step advances it by a row.
    O(rows).

    Raises:
        LogError: As ``tail``, or if a row holds data unknown to this build.
        DamageError: If a row is damaged.
        UnknownSemanticsError: If a row has semantics unknown to this build.
        UnappliableRowError: If a row raises an error in the engine; ``exchange`` must
            not be used any more.

    """
    skips = Skips.after(log, after)
    if warnings is not None:
        skips.warnings = warnings
    for row in log.tail(after + 1):
        if last is not None and row.position > last:
            return
        batch = row.batch()
        yield Step(row, batch, skips.apply(row, batch, exchange))
