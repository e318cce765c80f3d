"""The ends of the number line: 2^31 fen and tonnes, balances of 2^62."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    BUY,
    MARKET,
    MAX_BALANCE,
    MAX_PRICE,
    MAX_QUANTITY,
    SELL,
    AmendOrder,
    BeginDay,
    Deposit,
    Event,
    Issue,
    ListInstrument,
    Moved,
    OpenAccount,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    PlaceOrder,
    PostOnly,
    Reason,
    RegisterParticipant,
    Rejected,
    Side,
    Trade,
    Transfer,
    Withdraw,
)
from driver import Driver


ABSURD = [-(2**63), -1, 0, 2**31 + 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]


@pytest.fixture
def driver() -> Driver:
    """Two empty accounts and one instrument that takes any order."""
    driver = Driver()
    for name in ("a", "b"):
        driver.do(RegisterParticipant("", name))
        driver.do(OpenAccount("", name, name))
    driver.do(ListInstrument("", "CEA"))
    driver.do(BeginDay("", 20250106, 1_000))
    return driver


def _reason(events: list[Event]) -> Reason:
    (event,) = events
    assert type(event) is Rejected
    return event.reason


def _fill_vaults(driver: Driver) -> None:
    assert driver.do(Deposit("", "a", MAX_BALANCE, "all")) == [
        Moved(Deposit("", "a", MAX_BALANCE, "all"))
    ]
    assert type(driver.do(Issue("", "b", "CEA", MAX_BALANCE, "all"))[0]) is Moved


def test_the_limits_themselves() -> None:
    assert (MAX_PRICE, MAX_QUANTITY, MAX_BALANCE) == (2**31, 2**31, 2**62)
    assert MAX_PRICE * MAX_QUANTITY == MAX_BALANCE


def test_the_largest_trade_moves_all_the_money_there_can_be(driver: Driver) -> None:
    _fill_vaults(driver)
    driver.do(PlaceOrder("", "b", "CEA", SELL, MAX_PRICE, MAX_QUANTITY))
    driver.exchange.check()
    events = driver.do(PlaceOrder("", "a", "CEA", BUY, MAX_PRICE, MAX_QUANTITY))
    assert type(events[1]) is Trade
    a, b = driver.exchange.accounts["a"], driver.exchange.accounts["b"]
    assert (a.cash, b.cash) == (0, MAX_BALANCE)
    assert a.holdings["CEA"].quantity == MAX_QUANTITY
    assert b.holdings["CEA"].quantity == MAX_BALANCE - MAX_QUANTITY
    driver.exchange.check()


@pytest.mark.parametrize("price", [price for price in ABSURD if price])
def test_prices_beyond_the_limit_are_refused(driver: Driver, price: int) -> None:
    _fill_vaults(driver)
    for side, account in ((BUY, "a"), (SELL, "b")):
        for post_only in PostOnly:
            place = PlaceOrder("", account, "CEA", side, price, 1, post_only=post_only)
            assert _reason(driver.do(place)) is Reason.BAD_TICK
        market = PlaceOrder("", account, "CEA", side, price, 1, order_type=MARKET)
        assert _reason(driver.do(market)) is Reason.BAD_PARAMETER


@pytest.mark.parametrize("quantity", ABSURD)
def test_quantities_beyond_the_limit_are_refused(driver: Driver, quantity: int) -> None:
    _fill_vaults(driver)
    for side, account in ((BUY, "a"), (SELL, "b")):
        place = PlaceOrder("", account, "CEA", side, 1, quantity)
        expected = {Reason.BAD_QTY, Reason.QTY_ABOVE_LISTED_MAX}
        assert _reason(driver.do(place)) in expected
        market = PlaceOrder("", account, "CEA", side, 0, quantity, order_type=MARKET)
        assert _reason(driver.do(market)) in expected


@pytest.mark.parametrize("value", [value for value in ABSURD if value])
def test_amending_beyond_the_limits_is_refused(driver: Driver, value: int) -> None:
    _fill_vaults(driver)
    driver.do(PlaceOrder("", "a", "CEA", BUY, 5, 5))
    assert _reason(driver.do(AmendOrder("", "a", 1, price=value))) is Reason.BAD_TICK
    assert _reason(driver.do(AmendOrder("", "a", 1, quantity=value))) in {
        Reason.BAD_QTY,
        Reason.QTY_ABOVE_LISTED_MAX,
    }


def test_amending_to_the_limits_is_accepted(driver: Driver) -> None:
    _fill_vaults(driver)
    driver.do(PlaceOrder("", "a", "CEA", BUY, 5, 5))
    amend = AmendOrder("", "a", 1, price=MAX_PRICE, quantity=MAX_QUANTITY)
    assert type(driver.do(amend)[0]) is OrderAmended
    assert driver.exchange.accounts["a"].locked == MAX_BALANCE
    driver.exchange.check()


def test_all_cash_of_the_venue_is_bounded_together(driver: Driver) -> None:
    assert type(driver.do(Deposit("", "a", MAX_BALANCE - 1, "1"))[0]) is Moved
    assert _reason(driver.do(Deposit("", "b", 2, "2"))) is Reason.BALANCE_LIMIT
    assert type(driver.do(Deposit("", "b", 1, "3"))[0]) is Moved
    assert _reason(driver.do(Deposit("", "b", 1, "4"))) is Reason.BALANCE_LIMIT
    assert type(driver.do(Withdraw("", "a", 1, "5"))[0]) is Moved
    assert type(driver.do(Deposit("", "b", 1, "6"))[0]) is Moved
    driver.exchange.check()


def test_all_tonnes_of_an_instrument_are_bounded_together(driver: Driver) -> None:
    driver.do(ListInstrument("", "CCER"))
    assert type(driver.do(Issue("", "a", "CEA", MAX_BALANCE, "1"))[0]) is Moved
    assert _reason(driver.do(Issue("", "b", "CEA", 1, "2"))) is Reason.BALANCE_LIMIT
    assert type(driver.do(Issue("", "b", "CCER", MAX_BALANCE, "3"))[0]) is Moved
    every = Transfer("", "a", "b", "CEA", MAX_BALANCE, "4")
    assert type(driver.do(every)[0]) is Moved
    driver.exchange.check()


@pytest.mark.parametrize("amount", [-(2**63), -1, 0, 2**62 + 1, 2**63, 2**64 - 1])
def test_amounts_beyond_the_limit_are_refused(driver: Driver, amount: int) -> None:
    money = {Reason.BAD_AMOUNT, Reason.BALANCE_LIMIT, Reason.INSUFFICIENT_FUNDS}
    tonnes = {Reason.BAD_QTY, Reason.BALANCE_LIMIT, Reason.INSUFFICIENT_HOLDINGS}
    assert _reason(driver.do(Deposit("", "a", amount, "1"))) in money
    assert _reason(driver.do(Withdraw("", "a", amount, "2"))) in money
    assert _reason(driver.do(Issue("", "a", "CEA", amount, "3"))) in tonnes
    assert _reason(driver.do(Transfer("", "a", "b", "CEA", amount, "4"))) in tonnes
    driver.exchange.check()


@pytest.mark.parametrize(
    ("side", "best", "protected"),
    [
        (BUY, MAX_PRICE, MAX_PRICE),
        (BUY, MAX_PRICE - 10, MAX_PRICE),
        (SELL, 1, 1),
        (BUY, 4, 4),
        (BUY, 5, 6),
        (SELL, 4, 4),
        (SELL, 5, 5),
        (SELL, 6, 5),
    ],
)
def test_protection_stays_within_the_limits_and_is_rounded_half_up(
    driver: Driver, side: Side, best: int, protected: int
) -> None:
    _fill_vaults(driver)
    driver.do(Transfer("", "b", "a", "CEA", 2**32, "half"))
    maker, taker = ("b", "a") if side is BUY else ("a", "b")
    opposite = SELL if side is BUY else BUY
    driver.do(PlaceOrder("", maker, "CEA", opposite, best, 1))
    market = PlaceOrder("", taker, "CEA", side, 0, 2, order_type=MARKET)
    accepted, trade, cancelled = driver.do(market)
    assert type(accepted) is OrderAccepted
    assert accepted.price == protected
    assert type(trade) is Trade
    assert trade.price == best
    assert type(cancelled) is OrderCancelled
    driver.exchange.check()
