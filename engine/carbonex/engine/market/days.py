"""The trading day: its beginning, its scheduled steps and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.backlog import finish
from carbonex.engine.consequences import report_anew
from carbonex.engine.enums import (
    BlockEnd,
    CancelReason,
    Permission,
    Phase,
    Reason,
    Side,
)
from carbonex.engine.events import (
    BandSet,
    Bulletin,
    DayBegun,
    DayEnded,
    PriceAwaited,
    ProductBulletin,
    Rejected,
    Volumes,
)
from carbonex.engine.off_book.block_rules import block_limits
from carbonex.engine.off_book.blocks import expire_blocks
from carbonex.engine.orders.mass_cancels import all_in, request
from carbonex.engine.timers import Due

from .dates import bad_date, bad_end
from .days_undone import Before
from .instruments import admit, dismiss
from .phases import await_step, begin_call, leave_schedule, set_phase
from .rules import day_limits
from .schedule import DAY_NS, last_end_ns, midnight_ns, step_at
from .statistics import Tallies


if TYPE_CHECKING:
    from carbonex.engine.commands import BeginDay, ListInstrument
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .statistics import Product


def begin_day(state: State, command: BeginDay) -> list[Event]:
    """Begin a trading day later than the last day; linear in accounts and orders.

    Set P0, bands and phases, adopt new terms and composite methods, and release the
    resale locks that are due. Cancel the orders that do not fit the day; until that is
    done, their instrument stays closed. Pending mass cancels are completed first.
    """
    ends_ns = command.ends_ns or day_end_ns(state, command.date)
    rejected = _unbeginnable(state, command, ends_ns)
    if rejected is not None:
        return [rejected]
    state.before = before = Before(state.last_day, state.last_order_id)
    before.unpriced = [(i.number, i.awaits_price) for i in state.listed if not i.close]
    coming = [_terms_on(state, item, command.date) for item in state.listed]
    events = finish(state)
    new_year = command.date // 10_000 != state.last_day // 10_000
    state.day = state.last_day = command.date
    state.day_number += 1
    state.day_ends_ns = ends_ns
    state.timers.set(ends_ns, Due.DAY)
    for account in state.accounts.values():
        account.begin_day(state.day_number)
    events.append(DayBegun(command.date, ends_ns))
    if new_year:
        before.years = [instrument.record.year for instrument in state.listed]
    for product in state.products.values():
        product.adopt()
    for instrument, terms in zip(state.listed, coming, strict=True):
        instrument.begin_day(new_year=new_year)
        if not instrument.delisted:
            events += _begin(state, instrument, terms)
    for product in state.products.values():
        product.begin_day()
    state.attend_anew()
    for instrument in state.listed:
        events += set_phase(state, instrument)
    return events


def day_end_ns(state: State, date: int) -> int:
    """Return when a trading day on ``date`` ends by the instruments' hours, in ns."""
    midnight = midnight_ns(date)
    ends = [
        last_end_ns(_terms_on(state, instrument, date), midnight)
        for instrument in state.listed
        if not instrument.delisted
    ]
    return max(ends, default=midnight + DAY_NS)


def step(state: State, instrument: Instrument) -> list[Event]:
    """Enter the step of an instrument's schedule that begins now."""
    now = step_at(instrument.schedule, state.time_ns)
    await_step(state, instrument)
    events: list[Event] = []
    if now.phase is Phase.CLOSED:
        events += _close(state, instrument)
    begin_call(state, instrument)
    return events + set_phase(state, instrument)


def end_day(state: State) -> list[Event]:
    """Settle the closing prices, publish the bulletins and end the day."""
    date, state.day, state.day_ends_ns, state.before = state.day, 0, 0, None
    events: list[Event] = []
    for instrument in state.listed:
        leave_schedule(state, instrument)
        events += set_phase(state, instrument)
        instrument.record.end_day()
        instrument.tape.clear()
    events += [
        _settle(instrument, date)
        for instrument in state.listed
        if instrument.tradable or instrument.record.day.trades
    ]
    events += [_settle_product(state, item, date) for item in state.products.values()]
    day, year, total = _sums(state.listed)
    events.append(ProductBulletin("", date, 0, 0, 0, 0, 0, day, year, total))
    events.append(DayEnded(date))
    return events


def _unbeginnable(state: State, command: BeginDay, ends_ns: int) -> Rejected | None:
    """Check that a day that ends at ``ends_ns`` may begin."""
    if not state.permits(command.key, Permission.OPERATE):
        return Rejected(Reason.NOT_PERMITTED)
    if state.day:
        return Rejected(Reason.ALREADY_EXISTS, "date", command.date, state.day)
    return bad_date(state, command.date) or bad_end(state, ends_ns)


def _terms_on(state: State, instrument: Instrument, date: int) -> ListInstrument:
    """Return an instrument's terms on the next day, ``date``, before it begins.

    New terms with a band stay pending while the band has no reference price. The price
    existed when the terms were announced, but an annulment or a delisting may have
    removed it.
    """
    terms = instrument.terms_on(date)
    known = terms.reference or instrument.close or instrument.product.first_reference()
    if terms.band_permille and not known:
        return instrument.terms
    return terms


def _begin(state: State, instrument: Instrument, terms: ListInstrument) -> list[Event]:
    """Set up an instrument's day: ``terms``, P0, band and schedule."""
    events: list[Event] = []
    waits = terms is not instrument.terms_on(state.day)
    if terms is not instrument.terms:
        reason = CancelReason.TERMS_CHANGED
        events += request(state, all_in(instrument, reason))
        _adopt(state, instrument, terms)
        events += report_anew(state, instrument)
    reference = instrument.close or instrument.product.first_reference()
    unpriced = terms.band_permille > 0 and not reference
    instrument.awaits_price = waits or unpriced
    if instrument.awaits_price:
        events.append(PriceAwaited(instrument.name, state.day))
    if unpriced:
        dismiss(instrument)  # without a price there is no band, so no trading yet
        return events
    admit(state, instrument, reference)
    low, high = day_limits(terms, reference)
    instrument.limit_down, instrument.limit_up = low, high
    if terms.band_permille:
        events.append(_band(state, instrument))
        if not state.is_clearing(instrument) and _may_lie_outside(instrument):
            reason = CancelReason.OUT_OF_BAND
            events += request(state, all_in(instrument, reason))
    begin_call(state, instrument)
    return events


def _adopt(state: State, instrument: Instrument, terms: ListInstrument) -> None:
    """Adopt new terms; keep the old terms in case the day is cancelled."""
    date, before = instrument.next_terms_date, state.before
    if before is not None:
        before.terms.append((instrument.number, instrument.terms, date))
    instrument.adopt(terms)
    instrument.close = instrument.close or terms.reference
    instrument.next_terms, instrument.next_terms_date = None, 0
    instrument.call_waits_ns = 0  # the orders that it would match are cancelled


def _may_lie_outside(instrument: Instrument) -> bool:
    """Tell whether orders may lie outside the band. O(1).

    The best and the worst level decide. Stop orders are not in the book, so any stop
    order counts as possibly outside.
    """
    if len(instrument.stops):
        return True
    low, high = instrument.limit_down, instrument.limit_up
    for side in Side:
        half = instrument.book.side(side)
        if half.keys:
            prices = (half.sign * half.keys[0], half.sign * half.keys[-1])
            if not low <= min(prices) <= max(prices) <= high:
                return True
    return False


def _band(state: State, instrument: Instrument) -> BandSet:
    blocks = block_limits(instrument)
    return BandSet(
        instrument.name,
        state.day,
        instrument.reference,
        instrument.limit_down,
        instrument.limit_up,
        *(blocks if instrument.terms.blocks.band_permille else (0, 0)),
    )


def _close(state: State, instrument: Instrument) -> list[Event]:
    """Cancel the orders that end with an instrument's last session.

    These are the day orders; without multi-day orders in the terms, all orders.
    Block proposals expire unless blocks still trade.
    """
    events: list[Event] = []
    if instrument.book.bids.best or instrument.book.asks.best or len(instrument.stops):
        events = request(state, all_in(instrument, CancelReason.SESSION_CLOSE))
    if not state.step_of(instrument).blocks:
        events += expire_blocks(state, instrument, BlockEnd.EXPIRED)
    return events


def _settle(instrument: Instrument, date: int) -> Bulletin:
    """Settle an instrument's closing price and return its bulletin."""
    record, reference = instrument.record, instrument.reference
    prices = record.prices
    instrument.close = record.vwap() or reference
    return Bulletin(
        instrument.name,
        instrument.product.name,
        date,
        reference,
        prices.open or reference,
        prices.high,
        prices.low,
        instrument.close,
        *(part.volumes() for part in (record.day, record.year, record.total)),
    )


def _settle_product(state: State, product: Product, date: int) -> ProductBulletin:
    """Settle a product's composite close and return its bulletin."""
    product.end_day()
    prices, reference = product.prices, product.reference
    own = [item for item in state.listed if item.product is product]
    day, year, total = _sums(own)
    return ProductBulletin(
        product.name,
        date,
        reference,
        prices.open or reference,
        prices.high or reference,
        prices.low or reference,
        product.close,
        day,
        year,
        total,
        product.method,
    )


def _sums(instruments: list[Instrument]) -> list[Volumes]:
    """Return the volumes of instruments: of the day, the year and since listing."""
    sums = Tallies(), Tallies(), Tallies()
    for instrument in instruments:
        record = instrument.record
        for part, more in zip(
            sums, (record.day, record.year, record.total), strict=True
        ):
            part.include(more)
    return [part.volumes() for part in sums]
