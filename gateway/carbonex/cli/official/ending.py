"""Compare holdings, cash and calendar after the record's last day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from carbonex.gateway.market import DayKind
from carbonex.wire.dates import date_text

from .check import Behind
from .life import BUYER, CASH, SELLER
from .plan import COMPOSITE, REDUCTIONS
from .reopening import PRODUCTS


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from carbonex.engine import Account
    from carbonex.gateway.market import Market

    from .check import Check
    from .living import Lived


_LAG: Final = 5  # trading days until a certified reduction may be resold


def compare_balances(lived: Lived, check: Check) -> None:
    """Compare the final balances of buyer and seller with the traded amounts.

    The newest purchases may not be resold yet: allowances of the last day (T+1) and
    certified reductions of the last five (T+5). Instruments whose last day was not
    traded are left out, and with them the cash.
    """
    if not lived.methods:
        return
    accounts = lived.life.exchange.accounts
    buyer, seller, dates = accounts[BUYER], accounts[SELLER], list(lived.methods)
    turnover = 0
    for name, row in lived.rows.items():
        behind = check.behind.get(name, Behind()).since_start
        turnover += row.since_start.turnover - behind.turnover
        if row.date == dates[-1] and name not in check.astray:
            held = row.since_start.quantity - behind.quantity
            amounts = held, row.total.quantity
            _compare_holding(row.date, (name,), buyer, amounts, check)
    if lived.ccer and REDUCTIONS not in check.astray:
        last = lived.ccer[-1].since_start
        behind = check.behind.get(REDUCTIONS, Behind()).since_start
        since = dates[-_LAG:][0]
        recent = sum(row.day.quantity for row in lived.ccer if row.date >= since)
        turnover += last.turnover - behind.turnover
        amounts = last.quantity - behind.quantity, recent
        names = [product.instrument for product in PRODUCTS]
        _compare_holding(dates[-1], names, buyer, amounts, check)
    if not check.astray - {COMPOSITE}:
        recorded = {"paid": turnover, "received": turnover}
        venue = {"paid": CASH - buyer.cash, "received": seller.cash}
        check.compare("cash at the end", (dates[-1], "cash"), recorded, venue)


def compare_dates(dates: Collection[int], market: Market, check: Check) -> None:
    """Compare the record's dates, from first to last, with the calendar.

    A run of trading days without any row is one difference. So is a year that the
    calendar does not know.
    """
    missing: list[int] = []
    unknown: set[int] = set()
    for date in _every(dates):
        number = int(date.strftime("%Y%m%d"))
        kind = market.calendar.kind(date)
        recorded = number in dates
        if kind is DayKind.UNKNOWN:
            if recorded and date.year not in unknown:
                unknown.add(date.year)
                why = (
                    f"the calendar of the preset does not know the days of {date.year}"
                )
                check.cannot(number, "calendar", "trading day", why)
            continue
        if not recorded and kind is DayKind.TRADING:
            missing.append(number)
            continue
        if not recorded:
            continue
        _report_missing(missing, check)
        missing.clear()
        told = {"trading day": "yes" if kind is DayKind.TRADING else "no"}
        check.compare(
            "calendar of the preset", (number, "calendar"), {"trading day": "yes"}, told
        )


def _every(dates: Collection[int]) -> Iterator[dt.date]:
    """Yield each date from the first to the last."""
    if dates:
        date = dt.date.fromisoformat(str(min(dates)))
        while int(date.strftime("%Y%m%d")) <= max(dates):
            yield date
            date += dt.timedelta(days=1)


def _report_missing(missing: Sequence[int], check: Check) -> None:
    if len(missing) == 1:
        which = missing[0], "calendar"
        group = "calendar of the preset"
        check.compare(group, which, {"trading day": "no"}, {"trading day": "yes"})
    elif missing:
        ends = f"{date_text(missing[0])} to {date_text(missing[-1])}"
        why = f"no file has a row of {len(missing)} trading days, {ends}"
        check.cannot(missing[0], "calendar", "trading day", why)


def _compare_holding(
    date: int,
    instruments: Sequence[str],
    account: Account,
    amounts: tuple[int, int],
    check: Check,
) -> None:
    """Compare tonnes held and tonnes locked for resale, over several instruments."""
    holdings = [account.holding(name) for name in instruments]
    held = sum(holding.quantity for holding in holdings)
    locked = sum(holding.resale_locked for holding in holdings)
    told = (
        {"held": f"{n} t", "locked": f"{m} t"} for n, m in (amounts, (held, locked))
    )
    check.compare("holdings at the end", (date, instruments[0]), *told)
