"""What holds for every call auction, however its orders came together."""

from __future__ import annotations

from collections import Counter, deque
from typing import NamedTuple

from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    BeginDay,
    CallTerms,
    Conditions,
    Fees,
    HaltInstrument,
    ListInstrument,
    OrderAccepted,
    PlaceOrder,
    Reason,
    Rejected,
    ResumeInstrument,
    Side,
    Trade,
    Uncrossed,
)
from driver import Driver, admitted


OWNERS = ("a", "b", "c", "d")
START = 10**6  # fen and tonnes of each


class Resting(NamedTuple):
    """An order as a call has gathered it; ``shows`` is what of it the book shows."""

    number: int
    side: Side
    price: int
    quantity: int
    shows: int

    def accepts(self, price: int) -> bool:
        return self.price >= price if self.side is BUY else self.price <= price


orders_given = st.lists(
    st.tuples(
        st.sampled_from(OWNERS),
        st.sampled_from(Side),
        st.integers(95, 105),
        st.integers(1, 12),
        st.sampled_from([0, 0, 1, 3]),  # what an iceberg shows
    ),
    min_size=2,
    max_size=30,
)
fees_given = st.sampled_from([Fees(), Fees(300, 500), Fees(70_000, 0)])
references = st.sampled_from([0, 97, 100, 120])


def called(fees: Fees, reference: int) -> Driver:
    """Return an exchange in whose market a call auction has just begun."""
    driver = Driver()
    calls = CallTerms(resume_seconds=2)
    driver.apply(ListInstrument("", "CEA", reference=reference, fees=fees, calls=calls))
    for name in OWNERS:
        driver.apply(*admitted(name, START, START))
    driver.apply(BeginDay("", 20250106, 10**10))
    driver.apply(HaltInstrument("", "CEA"), ResumeInstrument("", "CEA"))
    return driver


def gather(
    driver: Driver, orders: list[tuple[str, Side, int, int, int]]
) -> list[Resting]:
    """Place orders; return those that were accepted."""
    gathered = []
    for owner, side, price, quantity, display in orders:
        shows = min(display, quantity) or quantity
        conditions = Conditions(display_quantity=shows) if display else None
        order = PlaceOrder("", owner, "CEA", side, price, quantity)
        (answer,) = driver.do(replace(order, conditions=conditions))
        driver.exchange.check()
        if type(answer) is OrderAccepted:
            gathered.append(Resting(answer.order_id, side, price, quantity, shows))
        else:
            assert type(answer) is Rejected
            assert answer.reason is Reason.SELF_TRADE
    return gathered


def uncross(driver: Driver) -> tuple[Uncrossed, list[Trade]]:
    """Let the call's time come to its end."""
    driver.time_ns = 2 * 10**9
    events = driver.do(AdvanceTime(""))
    driver.exchange.check()
    (uncrossed,) = [event for event in events if type(event) is Uncrossed]
    return uncrossed, [event for event in events if type(event) is Trade]


def allot(gathered: list[Resting], side: Side, quantity: int) -> Counter[int]:
    """Give tonnes to one side's orders: best price first, then round by round."""
    filled: Counter[int] = Counter()
    orders = [order for order in gathered if order.side is side]
    for price in sorted({order.price for order in orders}, reverse=side is BUY):
        queue = deque(order for order in orders if order.price == price)
        while queue and quantity:
            order = queue.popleft()
            left = order.quantity - filled[order.number]
            part = min(order.shows, left, quantity)
            filled[order.number] += part
            quantity -= part
            if part < left:
                queue.append(order)
    return filled


@given(orders=orders_given, fees=fees_given, reference=references)
def test_all_that_can_trade_trades_in_price_time_order(
    orders: list[tuple[str, Side, int, int, int]], fees: Fees, reference: int
) -> None:
    driver = called(fees, reference)
    gathered = gather(driver, orders)
    uncrossed, trades = uncross(driver)
    price = uncrossed.price

    sums = [tonnes(gathered, tick) for tick in range(95, 106)]
    assert uncrossed.quantity == max(map(min, sums))
    if price:
        bought, sold = tonnes(gathered, price)
        assert uncrossed.quantity == min(bought, sold)
        assert uncrossed.imbalance == bought - sold
    filled: Counter[int] = Counter()
    for trade in trades:
        filled[trade.maker_id] += trade.quantity
        filled[trade.taker_id] += trade.quantity
    for side in Side:
        expected = allot(gathered, side, uncrossed.quantity)
        assert {n: filled[n] for n in expected} == expected
    for order in gathered:
        if order.price != price and price and order.accepts(price):
            assert filled[order.number] == order.quantity, "better than the price"
    bid = driver.exchange.instruments["CEA"].book.best(BUY)
    ask = driver.exchange.instruments["CEA"].book.best(SELL)
    assert bid is None or ask is None or bid.price < ask.price


@given(orders=orders_given, fees=fees_given, reference=references)
def test_both_sides_rested_and_pay_as_makers(
    orders: list[tuple[str, Side, int, int, int]], fees: Fees, reference: int
) -> None:
    driver = called(fees, reference)
    gathered = {order.number: order for order in gather(driver, orders)}
    uncrossed, trades = uncross(driver)
    notional: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    for number, trade in enumerate(trades, 1):
        assert trade.called
        assert trade.trade_id == number
        assert trade.price == uncrossed.price
        assert trade.maker_id < trade.taker_id, "the older is the maker"
        assert trade.maker.account != trade.taker.account
        assert trade.maker.side is not trade.taker.side
        assert trade.maker_price == gathered[trade.maker_id].price
        assert trade.taker_price == gathered[trade.taker_id].price
        for order_id in (trade.maker_id, trade.taker_id):
            notional[order_id] += trade.quantity * trade.price
        paid[trade.maker_id] += trade.maker_fee
        paid[trade.taker_id] += trade.taker_fee
    for order_id, total in notional.items():
        assert paid[order_id] == -(-total * fees.maker // 10**6)
    instrument = driver.exchange.instruments["CEA"]
    assert instrument.fees == sum(paid.values())
    listed = instrument.record.day.listed
    assert listed.quantity == uncrossed.quantity
    assert listed.turnover == uncrossed.quantity * uncrossed.price
    assert listed.trades == len(trades)


def tonnes(gathered: list[Resting], price: int) -> tuple[int, int]:
    """Return what would be bought and what would be sold at ``price``."""
    bought, sold = (
        sum(o.quantity for o in gathered if o.side is side and o.accepts(price))
        for side in (BUY, SELL)
    )
    return bought, sold
