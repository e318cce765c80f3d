"""Group the rows of LOBSTER that one aggressor caused.

Nasdaq reports a trade as executions of the resting orders. It does not name the
aggressor, so only the common time and side reveal one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import SELL

from .lobster_files import Kind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lobster_files import Row


def end_of_run(rows: Sequence[Row], at: int) -> int:
    """Return the end of the run of executions of one aggressor, starting ``at``.

    They share one time and one side. Executions of hidden orders may lie between.
    """
    first = rows[at].message
    end = after = at + 1
    while after < len(rows):
        time, kind, *_, side = rows[after].message
        after += 1
        if time != first.time:
            break
        if kind is Kind.EXECUTE and side is first.side:
            end = after
        elif kind is not Kind.EXECUTE_HIDDEN:
            break
    return end


def rest_of_run(rows: Sequence[Row], end: int) -> int | None:
    """Return the row that records the aggressor's remainder as a new order, or None.

    ``end`` is the end of its executions. The remainder has their time and the
    aggressor's side, and its price is no better than the last execution's.
    """
    last = rows[end - 1].message
    after = end
    while after < len(rows) and rows[after].message.kind is Kind.EXECUTE_HIDDEN:
        after += 1
    if after == len(rows):
        return None
    message = rows[after].message
    sign = 1 if last.side is SELL else -1  # a buyer's remainder cannot be cheaper
    rests = (
        message.kind is Kind.NEW
        and message.time == last.time
        and message.side is not last.side
        and sign * (message.price - last.price) >= 0
    )
    return after if rests else None
