"""Run the record's days one after another and compare them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from carbonex.engine import CancelReason, SetComposite
from carbonex.wire.money import parse_fen
from carbonex.wire.vocabulary import COMPOSITE_NAMES

from .check import why_refused
from .files import CCER_FILE, VINTAGES_FILE
from .life import Life
from .limits import touches
from .listed import ListedTrade
from .methods import MEAN, methods
from .plan import COMPOSITE, REDUCTIONS, Resting, days, plan_day
from .reopening import PRODUCTS


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from carbonex.engine import BandSet, Batch, CompositeMethod, ListInstrument
    from carbonex.gateway.market import Market

    from .check import Check
    from .files import CcerDay, CeaDay, Problem, Record
    from .life import Published
    from .limits import Touch
    from .plan import Day, Plan


CEA: Final = "CEA"  # the products
CCER: Final = REDUCTIONS


class Lived(NamedTuple):
    """The result of a run: the venue's life and the part of the record traded.

    ``methods`` are the composite's by date. ``rows`` is each vintage's newest row,
    ``ccer`` all days of certified reductions that were traded, and ``touched`` the
    limits touched.
    """

    life: Life
    methods: dict[int, CompositeMethod]
    rows: dict[str, CeaDay]
    ccer: list[CcerDay]
    touched: list[Touch]


def live(
    record: Record, market: Market, check: Check, keep: Callable[[Batch], object]
) -> Lived:
    """Run the record under the market's terms; ``keep`` receives every batch.

    Parts that cannot be traded are recorded in ``check``, and the next day follows.
    A vintage with an untradable day trades one tonne at the previous close of its
    next day, without limits if necessary. One odd day is thus one difference.
    """
    for problem in record.problems:
        check.cannot(problem.date, problem.name, problem.figure, problem.why)
    history = list(days(record))
    if not history:
        check.cannot(0, VINTAGES_FILE, "file", "there are no rows of any trading day")
    life = Life(market, keep)
    years = _Years(life, terms_of(market), check, history, record.problems)
    chosen = methods(history)
    for day in history:
        years.live(day, chosen[day.date])
    return years.lived


def terms_of(market: Market) -> dict[str, ListInstrument]:
    """Return the terms of each product's first instrument."""
    return {
        listing.terms.product: listing.terms for listing in reversed(market.listings)
    }


class _Years:
    """Runs day after day, and keeps the state that the next days continue from."""

    def __init__(
        self,
        life: Life,
        terms: Mapping[str, ListInstrument],
        check: Check,
        history: Sequence[Day],
        problems: Sequence[Problem],
    ) -> None:
        self.lived = Lived(life, {}, {}, [], [])
        self._life = life
        self._terms = terms
        self._check = check
        self._told: set[str] = set()  # instruments already reported as refused
        # Unreadable rows, and whether some are of certified reductions.
        self._lost = {(problem.date, problem.name) for problem in problems}
        self._gaps = any(problem.file == CCER_FILE for problem in problems)
        self._rows: dict[str, list[CeaDay]] = {}
        for day in history:
            for row in day.vintages:
                self._rows.setdefault(row.instrument, []).append(row)
        if history:
            life.found(history[0].date)

    def live(self, day: Day, method: CompositeMethod) -> None:
        """Run a day with the composite's ``method``, and compare it."""
        bands = self._begin(day, method)
        if bands is None:
            return
        self.lived.methods[day.date] = method
        plan = plan_day(day, bands, method)
        settled = list(self._settling(day, plan, bands))
        free = [t.instrument for t in settled if not _within(t, bands)]
        if free:
            self._life.free(free)
        published = self._life.trade(plan._replace(listed=[*plan.listed, *settled]))
        if free:
            self._life.bind(free)
        self._compare(day, plan, published, method, bands)

    def _begin(self, day: Day, method: CompositeMethod) -> dict[str, BandSet] | None:
        """Begin the day; return its bands, or None if the venue refuses."""
        life, date = self._life, day.date
        product = life.exchange.products.get(CEA)
        now = MEAN if product is None else product.method
        change = SetComposite("", CEA, method) if method is not now else None
        if product is None and not day.vintages:
            change = None
        gone = list(self._gone(day))
        begun = life.begin(date, list(self._listings(day)), gone, change)
        refused = [(c, r) for c, r in life.refused]
        life.refused.clear()
        for command, rejected in refused:
            name = str(getattr(command, "instrument", "venue"))
            if name not in self._told:
                why = why_refused(command, rejected)
                self._check.cannot(date, name, "day", why)
            if begun is not None:
                self._told.add(name)
        if begun is None:
            self._check.astray |= {row.instrument for row in day.vintages}
            self._check.astray |= {COMPOSITE, CCER}
            return None
        return {band.instrument: band for band in begun}

    def _listings(self, day: Day) -> Iterator[ListInstrument]:
        """Yield a day's new listings: vintages, and all certified reductions at once.

        The very first vintage needs a price: its previous close or its open. A later
        vintage declares none, so that the exchange takes the composite close.
        """
        known = self._life.exchange.instruments
        for row in day.vintages:
            name = row.instrument
            if name not in known and name not in self._told:
                declared = 0 if known else row.previous_close or row.open
                yield replace(
                    self._terms[CEA],
                    instrument=name,
                    reference=declared,
                    vintage=row.vintage,
                )
        for product in PRODUCTS if day.ccer else ():
            name, declared = product
            if name not in known:
                yield replace(self._terms[CCER], instrument=name, reference=declared)

    def _gone(self, day: Day) -> Iterator[str]:
        """Yield vintages that have no later rows and no share in the day's total.

        A row that is unreadable, or missing while the total includes its tonnes, does
        not end a vintage.
        """
        total = sum(row.total.quantity for row in day.vintages)
        if not day.vintages or day.composite.total.quantity not in (0, total):
            return
        for name, rows in self._rows.items():
            instrument = self._life.exchange.instruments.get(name)
            listed = instrument is not None and not instrument.delisted
            ended = rows[-1].date < day.date and (day.date, name) not in self._lost
            if listed and ended:
                yield name

    def _settling(
        self, day: Day, plan: Plan, bands: Mapping[str, BandSet]
    ) -> Iterator[ListedTrade]:
        """Yield trades that move idle vintages to their next day's previous close."""
        today = {row.instrument: row for row in day.vintages}
        for name, rows in self._rows.items():
            if name not in bands or (name in today and name not in plan.faults):
                continue
            at = bisect_right(rows, day.date, key=lambda row: row.date)
            price = rows[at].previous_close if at < len(rows) else 0
            price = price or (today[name].close if name in today else 0)
            if price and price != bands[name].reference:
                yield ListedTrade(name, price, 1)

    def _compare(
        self,
        day: Day,
        plan: Plan,
        published: Published,
        method: CompositeMethod,
        bands: Mapping[str, BandSet],
    ) -> None:
        check, wrong = self._check, self._wrong(day, plan)
        self._idle(day, bands)
        rows = [row for row in day.vintages if row.instrument not in wrong]
        for row in day.vintages:
            bulletin = published.instruments.get(row.instrument)
            if bulletin is None:
                check.astray.add(row.instrument)
            elif row.instrument in wrong:
                check.left(row, row.instrument, bulletin)
            else:
                check.vintage(row, bulletin)
                self.lived.rows[row.instrument] = row
        traded = sum(name in bands for name in self._rows)
        whole = len(rows) == len(day.vintages) == traded
        equal = self._composite(day, plan, published, method, whole=whole)
        if day.ccer:
            self._reductions(day, wrong, published, premium=equal)
        self.lived.touched.extend(touches(rows, bands))
        _compare_close(day, plan, published, wrong, check)

    def _wrong(self, day: Day, plan: Plan) -> set[str]:
        """Report what was not traded as recorded; return the names at fault."""
        check, wrong = self._check, set(plan.faults) - {COMPOSITE}
        for name, fault in plan.faults.items():
            if name not in self._told:
                check.cannot(day.date, name, fault.figure, fault.why)
        reductions = {product.instrument for product in PRODUCTS}
        for command, rejected in self._life.refused:
            name = str(getattr(command, "instrument", "venue"))
            name = CCER if name in reductions else name
            if name not in wrong:
                wrong.add(name)
                figure = type(command).__name__
                check.cannot(day.date, name, figure, why_refused(command, rejected))
        self._life.refused.clear()
        return wrong

    def _idle(self, day: Day, bands: Mapping[str, BandSet]) -> None:
        """Let instruments without a row today continue from the record's sums."""
        today = {row.instrument for row in day.vintages}
        self._check.astray |= {
            name for name in self._rows if name in bands and name not in today
        }
        if self._gaps and day.ccer is None and CCER in self._check.behind:
            self._check.astray.add(CCER)

    def _composite(
        self,
        day: Day,
        plan: Plan,
        published: Published,
        method: CompositeMethod,
        *,
        whole: bool,
    ) -> bool:
        """Compare the composite if possible; return whether its close is equal."""
        bulletin = published.products.get(CEA)
        if bulletin is None:
            self._check.astray.add(COMPOSITE)
            return False
        if not whole or not day.composite.line:
            self._check.left(day.composite, COMPOSITE, bulletin)
            return False
        of = f"by the {COMPOSITE_NAMES[method]} vintage"
        if method is MEAN:
            several = len(day.vintages) > 1
            of = "of several vintages" if several else "of the only vintage"
        without = ("open", "high", "low") if COMPOSITE in plan.faults else ()
        self._check.composite(day.composite, of, bulletin, without)
        return parse_fen(bulletin.close or "0") == day.composite.close

    def _reductions(
        self, day: Day, wrong: Collection[str], published: Published, *, premium: bool
    ) -> None:
        """Compare the certified reductions' day, and the premium if possible."""
        row, bulletin, told = day.ccer, published.products.get(CCER), published.premium
        if row is None or bulletin is None or told is None or CCER in wrong:
            self._check.astray.add(CCER)
            return
        self._check.ccer(row, bulletin, told)
        self.lived.ccer.append(row)
        if row.average and premium:
            self._check.premium(row.average, day.composite, told)


def _within(trade: ListedTrade, bands: Mapping[str, BandSet]) -> bool:
    band = bands[trade.instrument]
    return band.limit_down <= trade.price <= band.limit_up


def _compare_close(
    day: Day, plan: Plan, published: Published, wrong: Collection[str], check: Check
) -> None:
    """Compare the planned resting orders with the orders cancelled at the close."""
    told = [
        Resting(event.order.instrument, event.order.side, event.price)
        for event in published.cancelled
        if event.reason is CancelReason.SESSION_CLOSE
    ]
    for order in plan.resting:
        if order.instrument not in wrong:
            words = "yes" if order in told else "no"
            check.compare(
                "orders left at the close",
                (day.date, order.instrument),
                {"cancelled": "yes"},
                {"cancelled": words},
            )
