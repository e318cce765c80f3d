"""The rules on which tonnes cover which obligations, as plain sets of years.

The model judges surrenders with it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import EligibilityRule, ListInstrument

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def judge(
    rules: Sequence[EligibilityRule], terms: ListInstrument, year: int, now_ns: int
) -> str:
    """Return "cover", "ended" if the rules' time is over, or "" if none ever fits."""
    letting = [rule for rule in rules if _lets(rule, terms, year)]
    now = dt.datetime.fromtimestamp(now_ns // 10**9, SHANGHAI)
    today = int(now.strftime("%Y%m%d"))
    if any(not rule.until or rule.until >= today for rule in letting) or not rules:
        return "cover"
    return "ended" if letting else ""


def _lets(rule: EligibilityRule, terms: ListInstrument, year: int) -> bool:
    any_vintage = rule.vintage_from == rule.vintage_to == 0
    vintages = range(rule.vintage_from or 1, (rule.vintage_to or 9999) + 1)
    years = range(rule.year_from or terms.vintage, (rule.year_to or 10**6) + 1)
    return (
        (any_vintage or terms.vintage in vintages)
        and year in years
        and (not rule.instruments or terms.instrument in rule.instruments)
    )
