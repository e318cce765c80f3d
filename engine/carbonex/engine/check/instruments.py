"""Invariants of instruments and products: phases, prices and trade statistics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from carbonex.engine.commands import MAX_PRICE
from carbonex.engine.enums import CompositeMethod, Method, Phase, Side
from carbonex.engine.market.annulling import part_of_fee
from carbonex.engine.market.phases import day_schedule
from carbonex.engine.market.rules import limit_down, limit_up
from carbonex.engine.market.tape import KEPT as KEPT_TRADES, print_of
from carbonex.engine.registry.eligibility import misnamed, unsound
from carbonex.engine.state import COMMON_KINDS
from carbonex.engine.supervision.alerts import watched
from carbonex.engine.supervision.watch import MAX_PAIRS
from carbonex.engine.supervision.withdrawals import KEPT, MAX_STEPS
from carbonex.engine.terms import FEE_UNIT


if TYPE_CHECKING:
    from carbonex.engine.market.statistics import Prices, Product, Record, Tally
    from carbonex.engine.state import Instrument, State


def check_instruments(state: State) -> None:
    """Assert that instruments and products follow from terms, time and trades."""
    assert list(state.instruments.values()) == state.listed
    for number, instrument in enumerate(state.listed):
        assert instrument.number == number
        assert state.instruments[instrument.name] is instrument
        assert state.products[instrument.terms.product] is instrument.product
        _check_terms(state, instrument)
        _check_phase(state, instrument)
        _check_prices(state, instrument)
        _check_record(state, instrument)
        _check_watch(state, instrument)
    for name, product in state.products.items():
        assert product.name == name
        _check_product(state, product)


def _check_terms(state: State, instrument: Instrument) -> None:
    terms, upcoming = instrument.terms, instrument.next_terms
    assert instrument.name == terms.instrument
    assert instrument.max_quantity == terms.max_quantity
    assert instrument.day_only is not terms.multi_day
    fees = terms.fees.maker or terms.fees.taker
    assert instrument.burdened is bool(fees or terms.position_limit)
    assert instrument.next_terms_date >= 0
    assert upcoming is not None or not instrument.next_terms_date
    if upcoming is not None:
        assert not instrument.delisted
        kept = (upcoming.instrument, upcoming.product, upcoming.tick, upcoming.lot)
        assert kept == (terms.instrument, terms.product, terms.tick, terms.lot)
    assert not (instrument.delisted and instrument.tradable)
    if instrument.awaits_price:
        assert not instrument.delisted
        assert upcoming is not None or not instrument.tradable


def _check_phase(state: State, instrument: Instrument) -> None:
    assert instrument.schedule == day_schedule(state, instrument)
    assert instrument.phase is state.phase_of(instrument)
    assert instrument.blocks is state.blocks_open(instrument)
    terms = instrument.terms
    is_fine = terms.tick == terms.lot == 1 and COMMON_KINDS in terms.order_kinds
    trades = instrument.phase is Phase.TRADING
    assert instrument.plain is (is_fine and trades and not instrument.burdened)
    assert instrument.tradable or instrument.phase in (Phase.CLOSED, Phase.HALTED)
    assert instrument.call_waits_ns >= 0
    if instrument.call_ends_ns:
        assert state.day
        assert instrument.call_ends_ns > state.settled_ns


def _check_prices(state: State, instrument: Instrument) -> None:
    """Assert that P0, close and limits are those of the current or the last day."""
    terms, reference = instrument.terms, instrument.reference
    prices = instrument.record.prices
    limits = (instrument.limit_down, instrument.limit_up)
    assert 0 <= reference <= MAX_PRICE
    assert 0 <= instrument.close <= MAX_PRICE
    assert instrument.fees >= 0
    if not instrument.tradable:
        return
    if terms.band_permille:
        assert reference > 0
        band = terms.band_permille
        assert limits == (limit_down(reference, band), limit_up(reference, band))
    else:
        assert limits == (1, MAX_PRICE)
    if prices.last:
        assert limits[0] <= prices.low <= prices.high <= limits[1]
    vwap = 0 if state.day else instrument.record.vwap()
    assert instrument.close == (vwap or reference)
    lag = terms.resale_days
    assert instrument.sellable_day == (state.day_number + lag if lag else 0)


def _check_record(state: State, instrument: Instrument) -> None:
    """Assert that the statistics agree with each other and with the trades made."""
    record = instrument.record
    prices, listed = record.prices, record.day.listed
    _check_span(prices)
    assert bool(listed.trades) is bool(prices.last)
    assert prices.low * listed.quantity <= listed.turnover
    assert listed.turnover <= prices.high * listed.quantity
    for method in Method:
        day, year = record.day.of(method), record.year.of(method)
        total = record.total.of(method)
        for tally in (day, year, total):
            assert tally.trades <= tally.quantity <= tally.turnover
            assert bool(tally.trades) is bool(tally.turnover)
        assert year.trades <= total.trades
        assert year.quantity <= total.quantity
        assert year.turnover <= total.turnover
    trades = sum(tally.trades for tally in _counted(state, record))
    assert trades == instrument.last_trade_id - instrument.annulled
    _check_tape(state, instrument)


def _check_tape(state: State, instrument: Instrument) -> None:
    """Assert that the tape holds the day's trades and reproduces its prices."""
    tape, last_id = instrument.tape, instrument.last_trade_id
    if not state.day:
        assert not tape.trades
        assert not tape.annulled
        assert not tape.uncharged
        return
    assert len(tape.trades) <= 2 * KEPT_TRADES
    assert len(tape.annulled) <= instrument.annulled
    assert all(0 < number <= last_id for number in tape.annulled)
    day = instrument.record.day.trades + len(tape.annulled)
    assert len(tape.trades) == day or KEPT_TRADES <= len(tape.trades) < day
    assert len(tape.uncharged) <= 2 * len(tape.trades)
    assert all(0 <= surplus < FEE_UNIT for surplus in tape.uncharged.values())
    _check_uncharged(state, instrument)
    prices, known = tape.prices(last_id), instrument.record.prices
    assert (prices.open, prices.high) == (known.open, known.high)
    assert (prices.low, prices.last) == (known.low, known.last)


def _check_uncharged(state: State, instrument: Instrument) -> None:
    """Assert that fees are the sums over fills, if the tape has the whole day."""
    tape, before = instrument.tape, state.before
    if len(tape.trades) < instrument.record.day.trades + len(tape.annulled):
        return
    owed: Counter[tuple[Method, int]] = Counter()
    first = instrument.last_trade_id - len(tape.trades) + 1
    for number, trade in enumerate(tape.trades, first):
        for side in Side:
            key, part = part_of_fee(instrument, print_of(trade), side)
            owed[key] += 0 if number in tape.annulled else part
    assert before is not None
    for key, surplus in tape.uncharged.items():
        method, source = key
        if method is Method.AUCTION or source > before.last_order_id:
            assert surplus == -owed[key] % FEE_UNIT


def _counted(state: State, record: Record) -> list[Tally]:
    """Return tallies that hold every trade once; the day's are added when it ends."""
    tallies = [record.total.of(method) for method in Method]
    if state.day:
        tallies += [record.day.of(method) for method in Method]
    return tallies


def _check_span(prices: Prices) -> None:
    if prices.last:
        assert 0 < prices.low <= min(prices.open, prices.last)
        assert max(prices.open, prices.last) <= prices.high <= MAX_PRICE
    else:
        assert prices.open == prices.high == prices.low == 0


def _check_watch(state: State, instrument: Instrument) -> None:
    """Assert that supervision has counted the day's trades and keeps its limits."""
    watch = instrument.watch
    assert (watch is not None) is watched(instrument.terms)
    if watch is None:
        return
    assert 0 <= watch.first_order <= state.last_order_id
    resting = {order.order_id: order for order in instrument.book.orders()}
    assert watch.young.keys() <= resting.keys()
    assert watch.renewed.keys() <= resting.keys()
    for order_id, (filled, left) in watch.renewed.items():
        assert 0 <= filled <= resting[order_id].filled
        assert resting[order_id].filled - filled < left
    assert all(entry[0] <= watch.entries for entry in watch.young.values())
    listed = instrument.record.day.listed
    assert (watch.quantity, watch.turnover) == (listed.quantity, listed.turnover)
    for name, conduct in watch.conducts.items():
        assert conduct.participant == name
        assert name in state.participants
        for trail in (conduct.cancelled, conduct.hasty, conduct.stray):
            assert max(len(trail.orders), len(trail.trades)) <= KEPT
        for side in conduct.withdrawn:
            assert len(side.lots) <= KEPT
            assert len(side.steps) <= MAX_STEPS
            tonnes = [step[2] for step in side.steps]
            assert tonnes == sorted({*tonnes}, reverse=True)
    assert len(watch.pairs) <= MAX_PAIRS
    for names, pair in watch.pairs.items():
        assert (pair.first, pair.second) == names


def _check_product(state: State, product: Product) -> None:
    tradable = [
        item for item in state.listed if item.product is product and item.tradable
    ]
    assert product.instruments == tradable
    assert product.next_method is not product.method
    priced = [item for item in tradable if item.last_price]
    if product.method is CompositeMethod.NEWEST:
        priced.sort(key=lambda item: (item.terms.vintage, item.number))
        priced = priced[-1:]
        assert product.newest is (priced[-1] if priced else None)
    else:
        assert product.newest is None
    prices = [item.last_price for item in priced]
    assert product.sum == sum(prices)
    assert product.count == len(prices)
    assert unsound(product.eligibility) is None
    assert misnamed(state, product.name, product.eligibility) is None
    assert product.reference >= 0
    assert product.close >= 0
    assert not state.day or product.close in (0, product.reference)
    _check_span(product.prices)
