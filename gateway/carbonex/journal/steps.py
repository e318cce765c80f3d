"""Rows of a log, applied to an exchange one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .skips import Skips


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
    log: Tail,
    exchange: Exchange,
    after: int,
    last: int | None = None,
    warnings: list[str] | None = None,
) -> Iterator[Step]:
    """Apply the rows behind position ``after``, up to ``last`` or the log's end.

    Rows that a SkipRow behind them names are passed over: then the engine has not
    accepted them, and ``warnings`` tells it.

    ``exchange`` is as it was at ``after``, and after each step as it was there.
    O(rows).

    Raises:
        LogError: As ``tail``, or if a row holds what this build does not know.
        DamageError: Where a row is not what was written.
        UnknownSemanticsError: If a row has a meaning that this build does not know.
        UnappliableRowError: If a row raises an error in the engine; ``exchange`` is
            of no use any more.

    """
    skips = Skips.after(log, after)
    if warnings is not None:
        skips.warnings = warnings
    for row in log.tail(after + 1):
        if last is not None and row.position > last:
            return
        batch = row.batch()
        yield Step(row, batch, skips.apply(row, batch, exchange))
