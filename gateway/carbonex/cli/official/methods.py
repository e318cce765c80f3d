"""Infer the composite's method on each day from the record's closes.

The record does not name the method. The mean of the vintages explains a close, or
the newest vintage does, or neither. A change of method is assumed if the other
method explains more days than a change costs. One odd day thus remains a
difference, and a change of the rule on any date is followed.
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

COST: Final = 3  # a change must explain more days than this


def methods(days: Sequence[Day]) -> dict[int, CompositeMethod]:
    """Return the method by date: fewest unexplained days plus cost of changes.

    Of equal choices, changes are as early as possible. Linear in days.
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
    """Return whether the closes give the composite close, or are inconclusive."""
    if not day.composite.close or not day.vintages:
        return True
    if method is NEWEST:
        return newest(day.vintages).close == day.composite.close
    closes = [row.close for row in day.vintages]
    return half_up(sum(closes), len(closes)) == day.composite.close


def newest(vintages: Sequence[CeaDay]) -> CeaDay:
    """Return the row of the highest vintage; of equal vintages the last row."""
    at = max(range(len(vintages)), key=lambda at: (vintages[at].vintage, at))
    return vintages[at]
