"""A trading day that should not have begun: it ends at once, or is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    BeginDay,
    Bulletin,
    CancelDay,
    CancelReason,
    DayCancelled,
    DayEnded,
    DayEnding,
    DelistInstrument,
    EndDay,
    Exchange,
    ListInstrument,
    OrderCancelled,
    PlaceOrder,
    Reason,
    Rejected,
    TimeInForce,
    UpdateInstrument,
)
from driver import Driver, admitted
from speech.market import moment
from streams.stream import Stream, seeds


if TYPE_CHECKING:
    from carbonex.engine import Event

HOURS = ((34_200, 41_400), (46_800, 54_000))


def venue() -> Driver:
    """Return one at which a trade was made on 2026-12-30, and that day is over."""
    driver = Driver(time_ns=moment("20261230T09:00:00"))
    terms = ListInstrument(
        "", "CEA", sessions=HOURS, reference=7000, band_permille=100, resale_days=1
    )
    driver.do(terms)
    driver.apply(*admitted("a", 10**9, 1000), *admitted("b", 10**9, 1000))
    driver.do(BeginDay("", 20261230))
    driver.time_ns = moment("20261230T10:00:00")
    driver.apply(order("a", BUY, 7100, "a-1"), order("b", SELL, 7100, "b-1"))
    driver.apply(order("a", BUY, 6900, "a-2", TimeInForce.GTC))
    driver.time_ns = moment("20261230T18:00:00")
    driver.do(AdvanceTime(""))
    assert not driver.exchange.day
    return driver


def order(
    who: str,
    side: object,
    price: int,
    name: str,
    until: TimeInForce = TimeInForce.DAY,
) -> PlaceOrder:
    plain = PlaceOrder("", who, "CEA", BUY, price, 10, client_order_id=name)
    return replace(plain, side=side, time_in_force=until)


def later(driver: Driver, text: str) -> list[Event]:
    driver.time_ns = moment(text)
    return driver.do(AdvanceTime(""))


def sound(driver: Driver) -> None:
    """Assert the invariants, and go on from a snapshot."""
    driver.exchange.check()
    restored = Exchange.restore(driver.exchange.snapshot())
    restored.check()
    assert restored.digest() == driver.exchange.digest()
    driver.exchange = restored


def test_a_mistyped_day_is_taken_back_and_the_right_one_begins() -> None:
    """The wrong date is of another year, what it did to it is undone as well."""
    driver, right = venue(), venue()
    driver.do(BeginDay("", 20270104))
    sound(driver)
    exchange = driver.exchange
    assert exchange.day_number == 2
    later(driver, "20261231T09:31:00")
    driver.apply(order("a", BUY, 7000, "wrong", TimeInForce.GTC))  # it waits: pre-open
    events = driver.do(CancelDay(""))
    assert events[-1] == DayCancelled(20270104)
    assert not any(isinstance(event, Bulletin | DayEnded) for event in events)
    sound(driver)
    exchange = driver.exchange
    assert (exchange.day, exchange.last_day, exchange.day_number) == (0, 20261230, 1)
    account = exchange.accounts["a"]
    assert [o.command.client_order_id for o in account.orders.values()] == ["a-2"]
    assert account.client_ids.get("a-1") is not None
    for each in (driver, right):
        each.time_ns = moment("20261231T09:32:00")
        begun = each.do(BeginDay("", 20261231))
        assert begun[0].date == 20261231  # type: ignore[union-attr]
        sound(each)
    for name in ("reference", "close", "limit_down", "limit_up", "sellable_day"):
        ours, theirs = (e.exchange.instruments["CEA"] for e in (driver, right))
        assert getattr(ours, name) == getattr(theirs, name)
    held, known = (e.exchange.accounts["a"].holdings["CEA"] for e in (driver, right))
    assert (held.available, held.maturing) == (known.available, known.maturing)
    year = driver.exchange.instruments["CEA"].record.year.listed
    assert (year.trades, year.quantity) == (1, 10)


def test_orders_of_the_day_are_cancelled_for_a_reason_of_its_own() -> None:
    driver = venue()
    driver.do(BeginDay("", 20261231))
    driver.time_ns = moment("20261231T09:31:00")
    driver.apply(order("a", BUY, 7000, "today", TimeInForce.GTC))
    events = driver.do(CancelDay(""))
    (cancelled,) = (e for e in events if isinstance(e, OrderCancelled))
    assert cancelled.reason is CancelReason.DAY_CANCELLED


def test_a_day_on_which_something_traded_is_not_taken_back() -> None:
    driver = venue()
    driver.do(BeginDay("", 20261231))
    driver.time_ns = moment("20261231T09:31:00")
    driver.apply(order("a", BUY, 7000, "x"), order("b", SELL, 7000, "y"))
    assert driver.do(CancelDay("")) == [Rejected(Reason.DAY_HAS_TRADED, "", 1)]
    assert driver.exchange.day == 20261231
    sound(driver)


def test_a_day_ends_at_once_as_every_day_does() -> None:
    driver = venue()
    driver.do(BeginDay("", 20261231))
    driver.time_ns = moment("20261231T09:31:00")
    driver.apply(order("a", BUY, 7000, "x"), order("b", SELL, 7000, "y"))
    driver.apply(order("b", SELL, 7050, "z"))
    assert driver.do(EndDay("")) == [DayEnding(20261231, driver.time_ns + 1)]
    sound(driver)
    assert driver.exchange.next_due() == driver.time_ns + 1
    driver.time_ns += 1
    events = driver.do(AdvanceTime(""))
    assert events[-1] == DayEnded(20261231)
    (cancelled,) = (e for e in events if isinstance(e, OrderCancelled))
    assert cancelled.reason is CancelReason.SESSION_CLOSE
    assert [e.close for e in events if isinstance(e, Bulletin)] == [7000]
    sound(driver)
    assert driver.exchange.next_due() is None


def test_without_a_day_there_is_nothing_to_end() -> None:
    driver = venue()
    for command in (EndDay(""), CancelDay("")):
        assert driver.do(command) == [Rejected(Reason.NO_TRADING_DAY)]
        assert driver.do(replace(command, key="k")) == [Rejected(Reason.NOT_PERMITTED)]


def waiting() -> Driver:
    """Return one at which new terms waited for a price on 2025-01-07: it is over."""
    driver = Driver(time_ns=moment("20250106T09:00:00"))
    plain = ListInstrument("", "CEA")
    driver.do(plain)
    begin(driver, 20250106)
    driver.do(replace(plain, instrument="CEB", reference=7000))
    banded = replace(plain, band_permille=50)
    driver.apply(UpdateInstrument("", banded), DelistInstrument("", "CEB"))
    end(driver)
    begin(driver, 20250107)
    end(driver)
    return driver


def begin(driver: Driver, date: int) -> None:
    driver.do(BeginDay("", date, driver.time_ns + 10**9))


def end(driver: Driver) -> None:
    driver.do(EndDay(""))
    driver.time_ns += 1
    driver.do(AdvanceTime(""))


def awaits(driver: Driver, name: str = "CEA") -> bool:
    sound(driver)
    return driver.exchange.instruments[name].awaits_price


def test_terms_that_waited_for_a_price_wait_for_it_as_before() -> None:
    driver = waiting()
    assert awaits(driver)
    begin(driver, 20250108)
    assert awaits(driver)
    driver.do(CancelDay(""))
    assert awaits(driver)


def test_terms_that_found_a_price_on_the_day_wait_for_it_again() -> None:
    driver = waiting()
    driver.do(ListInstrument("", "CEC", reference=7000))
    begin(driver, 20250108)
    assert not awaits(driver)
    driver.do(CancelDay(""))
    assert awaits(driver)
    assert driver.exchange.instruments["CEA"].next_terms is not None


@pytest.mark.parametrize("found", [False, True])
def test_terms_that_were_given_up_on_the_day_wait_for_no_price(found: bool) -> None:
    """Whether they waited on the day, or the day had a price for them."""
    driver = waiting()
    if found:
        driver.do(ListInstrument("", "CEC", reference=7000))
    begin(driver, 20250108)
    driver.do(UpdateInstrument("", ListInstrument("", "CEA", max_quantity=10)))
    assert not awaits(driver)
    driver.do(CancelDay(""))
    assert not awaits(driver)


@pytest.mark.parametrize("left", [False, True])
def test_an_instrument_that_stops_with_the_day_awaits_a_price(left: bool) -> None:
    """Unless its product has one for the next day."""
    driver = Driver(time_ns=moment("20250106T09:00:00"))
    plain = ListInstrument("", "CEB", reference=7000)
    banded = ListInstrument("", "CEA", band_permille=50)
    driver.apply(plain, banded)
    begin(driver, 20250106)
    if not left:
        driver.do(DelistInstrument("", "CEB"))
    driver.do(CancelDay(""))
    assert awaits(driver) is not left
    assert not driver.exchange.instruments["CEA"].tradable


def test_an_instrument_that_was_delisted_on_the_day_stays_so() -> None:
    """It has its former terms, and none wait."""
    driver = Driver(time_ns=moment("20250106T09:00:00"))
    plain = ListInstrument("", "CEA", reference=7000)
    driver.apply(plain, UpdateInstrument("", replace(plain, band_permille=50)))
    begin(driver, 20250106)
    driver.apply(DelistInstrument("", "CEA"), CancelDay(""))
    sound(driver)
    instrument = driver.exchange.instruments["CEA"]
    assert (instrument.terms, instrument.next_terms) == (plain, None)
    assert not instrument.tradable


@given(seed=seeds)
def test_whatever_the_day_has_seen_the_state_stays_sound(seed: int) -> None:
    stream = Stream(seed)
    r, driver = stream.random, stream.driver
    for _ in range(4):
        stream.run(r.choice([1, 5, 40]))
        number = driver.exchange.day_number
        cancels = r.random() < 0.5
        (*_, last) = driver.do(CancelDay("") if cancels else EndDay(""))
        sound(driver)
        if type(last) is DayCancelled:
            assert driver.exchange.day_number == number - 1
        elif type(last) is DayEnding:
            driver.time_ns += 1
            assert driver.do(AdvanceTime(""))[-1] == DayEnded(last.date)
        sound(driver)
        if not driver.exchange.day:
            stream.begin()
            sound(driver)
