"""Rows of a log, applied to an exchange one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import SemanticsError

from .log import UnknownSemanticsError


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Applied, Batch, Exchange

    from .log import Row, Tail


class Step(NamedTuple):
    """One row of the log and what the engine made of it."""

    row: Row
    batch: Batch
    applied: Applied


def steps(
    log: Tail, exchange: Exchange, after: int, last: int | None = None
) -> Iterator[Step]:
    """Apply the rows behind position ``after``, up to ``last`` or the log's end.

    ``exchange`` is as it was at ``after``, and after each step as it was there.
    O(rows).

    Raises:
        LogError: As ``tail``, or if a row holds what this build does not know.
        DamageError: Where a row is not what was written.
        UnknownSemanticsError: If a row has a meaning that this build does not know.

    """
    for row in log.tail(after + 1):
        if last is not None and row.position > last:
            return
        batch = row.batch()
        try:
            applied = exchange.apply(batch)
        except SemanticsError as error:
            raise UnknownSemanticsError(row.position, error) from None
        yield Step(row, batch, applied)
