"""By which method the record's composite goes on each day, read from its closes.

The record does not tell the method. It tells closes, which the mean of the vintages
explains, or the newest vintage, or neither. A change is read from it where the other
method explains more days than a change costs: so one odd day is a difference, and a
rule that changes, on whatever date, is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import CompositeMethod
from carbonex.engine.market.rules import half_up


if TYPE_CHECKING:
    from collections.abc import Sequence

    from .files import CeaDay
    from .plan import Day


MEAN: Final = CompositeMethod.MEAN
NEWEST: Final = CompositeMethod.NEWEST

COST: Final = 3  # a change must explain more days than that


def methods(days: Sequence[Day]) -> dict[int, CompositeMethod]:
    """Return the method of each date: the fewest days unexplained, the fewest changes.

    Of equal choices the change is as early as it can be. Linear in days.
    """
    if not days:
        return {}
    costs = {MEAN: 0, NEWEST: COST}  # up to the day before
    chosen: list[dict[CompositeMethod, CompositeMethod]] = []
    for day in days:
        came: dict[CompositeMethod, CompositeMethod] = {}
        after: dict[CompositeMethod, int] = {}
        for method, other in ((MEAN, NEWEST), (NEWEST, MEAN)):
            stays, changes = costs[method], costs[other] + COST
            came[method] = method if stays <= changes else other
            after[method] = min(stays, changes) + (not explains(method, day))
        chosen.append(came)
        costs = after
    method = MEAN if costs[MEAN] <= costs[NEWEST] else NEWEST
    found: list[CompositeMethod] = []
    for came in reversed(chosen):
        found.append(method)
        method = came[method]
    dates = [day.date for day in days]
    return dict(zip(dates, reversed(found), strict=True))


def explains(method: CompositeMethod, day: Day) -> bool:
    """Tell whether the day's closes make the composite close, or tell nothing."""
    if not day.composite.close or not day.vintages:
        return True
    if method is NEWEST:
        return newest(day.vintages).close == day.composite.close
    closes = [row.close for row in day.vintages]
    return half_up(sum(closes), len(closes)) == day.composite.close


def newest(vintages: Sequence[CeaDay]) -> CeaDay:
    """Return the row of the highest vintage, of equals the last."""
    at = max(range(len(vintages)), key=lambda at: (vintages[at].vintage, at))
    return vintages[at]
