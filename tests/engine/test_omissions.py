"""What comes of something due that operators have signed is not done."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

import streams
from carbonex.engine import (
    BUY,
    GTD,
    SELL,
    AdvanceTime,
    BeginDay,
    CancelAll,
    CancelOrder,
    Conditions,
    CountdownSet,
    EndDay,
    Exchange,
    HaltInstrument,
    ListInstrument,
    OpenAuction,
    PhaseChanged,
    PlaceBid,
    PlaceOrder,
    ResumeInstrument,
    SetCountdown,
    work,
)
from carbonex.engine.enums import Phase
from carbonex.engine.terms import AuctionTerms, CallTerms
from carbonex.engine.timers import Due, GoesOn
from driver import Driver, admitted
from engine.backlogs import busy_venue
from engine.twins import assert_twins


if TYPE_CHECKING:
    from carbonex.engine import Applied, Batch, Command, Event


SECOND = 10**9
CLOSE = 3_600 * SECOND
AT = 10 * SECOND  # when what is left out is due

Omission = tuple[int, int, int]


def pass_without(driver: Driver, time_ns: int, *left_out: Omission) -> list[Event]:
    """Let time pass without what ``left_out`` names; return what happened."""
    exchange = driver.exchange
    (gateway, (epoch, n)) = next(iter(exchange.gateways.items()))
    twin = Exchange.restore(exchange.snapshot())
    driver.time_ns = time_ns
    driver.exchange = _Without(exchange, left_out)  # type: ignore[assignment]
    applied = driver.apply(AdvanceTime(""))
    driver.exchange = exchange
    assert exchange.gateways[gateway] == (epoch, n + 1)
    exchange.check()
    assert twin.apply_without(driver.batches[-1], left_out) == applied
    assert_twins(exchange, twin)
    return applied.due


class _Without:
    """An exchange that applies its next batch without something."""

    def __init__(self, exchange: Exchange, left_out: tuple[Omission, ...]) -> None:
        self._exchange = exchange
        self._left_out = left_out

    def apply(self, batch: Batch) -> Applied:
        return self._exchange.apply_without(batch, self._left_out)


def floor(*commands: Command, **terms: object) -> Driver:
    """Return a venue on an open day, with ``commands`` done."""
    driver = Driver()
    listed = ListInstrument("", "CEA", **terms)  # type: ignore[arg-type]
    driver.apply(listed, *admitted("maker", 10**9, 1000), *admitted("taker", 10**9, 0))
    driver.do(BeginDay("", 20250106, CLOSE))
    for command in commands:
        driver.do(command)
    return driver


def order(side: object, account: str, **more: object) -> PlaceOrder:
    return PlaceOrder("", account, "CEA", side, 7000, 5, **more)  # type: ignore[arg-type]


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_an_order_that_was_to_expire_stays_open_until_its_owner_cancels_it() -> None:
    conditions = Conditions(expires_ns=AT)
    driver = floor(order(SELL, "maker", time_in_force=GTD, conditions=conditions))
    assert pass_without(driver, AT, (AT, Due.EXPIRY, 1)) == []
    assert kinds(driver.do(order(BUY, "taker"))) == ["OrderAccepted", "Trade"]
    driver = floor(order(SELL, "maker", time_in_force=GTD, conditions=conditions))
    assert pass_without(driver, AT, (AT, Due.EXPIRY, 1)) == []
    assert kinds(driver.do(CancelOrder("", "maker", 1))) == ["OrderCancelled"]
    driver.exchange.check()


def test_a_countdown_that_was_to_fire_is_disarmed() -> None:
    driver = floor(order(SELL, "maker"), SetCountdown("", "maker", AT))
    number = driver.exchange.accounts["maker"].number
    due = pass_without(driver, AT, (AT, Due.COUNTDOWN, number))
    assert due == [CountdownSet("maker", 0, 0, was_armed=True)]
    assert driver.exchange.accounts["maker"].orders


def test_a_session_whose_grace_was_to_end_is_forgotten() -> None:
    driver = busy_venue()
    exchange = driver.exchange
    due = next(due for due in exchange.timers if due[1] is Due.GRACE)
    session = exchange.sessions[due[2]]
    pass_without(driver, due[0], due)
    assert session.name not in session.participant.sessions


def test_an_auction_that_was_to_close_is_cancelled() -> None:
    driver = floor(
        OpenAuction("", "maker", "CEA", SELL, 10, 0, AT, "a"),
        PlaceBid("", "taker", 1, 7000, 10, "b"),
        auctions=AuctionTerms(allowed=True),
    )
    due = pass_without(driver, AT, (AT, Due.AUCTION, 1))
    assert kinds(due) == ["BidEnded", "AuctionClosed"]
    assert driver.exchange.accounts["taker"].cash_balance.available == 10**9


def test_an_instrument_whose_call_was_to_end_is_halted_and_has_another() -> None:
    driver = floor(
        HaltInstrument("", "CEA"),
        ResumeInstrument("", "CEA"),
        order(SELL, "maker"),
        order(BUY, "taker"),
        calls=CallTerms(resume_seconds=10),
    )
    instrument = driver.exchange.instruments["CEA"]
    assert instrument.phase is Phase.CALL
    (halted,) = pass_without(driver, AT, (AT, Due.CALL, 0))
    assert type(halted) is PhaseChanged
    assert halted.phase is Phase.HALTED
    assert kinds(driver.do(ResumeInstrument("", "CEA"))) == ["PhaseChanged"]
    assert instrument.phase is Phase.CALL
    driver.time_ns = instrument.call_ends_ns
    happened = driver.do(AdvanceTime(""))
    assert kinds(happened) == ["Uncrossed", "Trade", "PhaseChanged"]
    driver.exchange.check()


def test_an_instrument_whose_phase_was_to_end_is_halted() -> None:
    """What its close would have cancelled is cancelled after the next day has begun."""
    driver = floor(order(SELL, "maker"))
    events = pass_without(driver, CLOSE, (CLOSE, Due.STEP, 0))
    assert kinds(events)[0] == "PhaseChanged"
    assert kinds(events)[-1] == "DayEnded"
    assert driver.exchange.instruments["CEA"].phase is Phase.HALTED
    assert driver.exchange.accounts["maker"].orders
    assert not driver.exchange.goes_on
    driver.do(BeginDay("", 20250107, 2 * CLOSE))
    assert driver.exchange.instruments["CEA"].phase is Phase.HALTED
    assert driver.exchange.goes_on
    assert kinds(driver.do(AdvanceTime(""))) == ["OrderCancelled"]
    driver.do(ResumeInstrument("", "CEA"))
    assert driver.exchange.instruments["CEA"].phase is Phase.TRADING
    driver.exchange.check()


def test_a_day_that_was_to_end_goes_on_until_an_operator_ends_it() -> None:
    driver = floor(order(SELL, "maker"))
    pass_without(driver, CLOSE, (CLOSE, Due.DAY, 0))
    exchange = driver.exchange
    assert exchange.day == 20250106
    assert kinds(driver.do(EndDay(""))) == ["DayEnding"]
    driver.time_ns += 1
    assert kinds(driver.do(AdvanceTime("")))[-1] == "DayEnded"
    exchange.check()
    assert kinds(driver.do(BeginDay("", 20250107, 2 * CLOSE)))[0] == "DayBegun"


def test_a_mass_cancel_that_was_to_go_on_is_parked() -> None:
    driver = busy_venue()
    exchange = driver.exchange
    (instrument,) = exchange.reaching
    now_ns = exchange.time_ns
    stops = now_ns, GoesOn.STOPS, instrument.number
    pass_without(driver, now_ns, (now_ns, GoesOn.CANCELS, 0), stops)
    assert exchange.accounts["datang"].orders
    assert not exchange.goes_on, "another batch leaves it alone"
    driver.do(CancelAll("", "datang"))
    assert not exchange.accounts["datang"].orders


def test_reached_stop_orders_that_were_to_enter_wait_for_the_next_trade() -> None:
    driver = busy_venue()
    exchange = driver.exchange
    (instrument,) = exchange.reaching
    waiting = len(instrument.stops)
    named = exchange.time_ns, GoesOn.STOPS, instrument.number
    pass_without(driver, exchange.time_ns, named)
    assert not exchange.reaching
    assert len(instrument.stops) == waiting


@settings(max_examples=settings().max_examples // 3)
@given(seed=streams.seeds, commands=st.integers(1, 150), size=st.integers(1, 4))
def test_whatever_is_left_out_the_venue_is_sound(
    seed: int, commands: int, size: int
) -> None:
    """Half of what is due in a stream is left out; a copy goes on alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "SLICE", size)
        stream = streams.Stream(seed)
        stream.run(commands)
    draw = random.Random(seed)
    exchange = twin = Exchange()
    for batch in stream.driver.batches:
        left_out = _some_of(draw, exchange, batch)
        twin = Exchange.restore(exchange.snapshot())
        applied = exchange.apply_without(batch, left_out)
        exchange.check()
        assert twin.apply_without(batch, left_out) == applied
        assert twin.digest() == exchange.digest()
        assert exchange.happening is None
    assert_twins(exchange, twin)


def _some_of(
    draw: random.Random, exchange: Exchange, batch: Batch
) -> tuple[Omission, ...]:
    now_ns = max(exchange.time_ns, batch.time_ns)
    named: list[Omission] = [due for due in exchange.timers if due[0] <= now_ns]
    named += [(now_ns, kind, number) for kind in GoesOn for number in range(3)]
    return tuple(one for one in named if draw.random() < 0.5)
