"""What is due at once happens slice by slice where nothing but time passes.

A slice has three events here. Whatever happens in slices leads to what it leads to
for every reader, and a copy from the middle goes on alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

import streams
from carbonex.engine import (
    BUY,
    GTD,
    AdvanceTime,
    BeginDay,
    Conditions,
    Exchange,
    GatewayOpened,
    ListInstrument,
    OrderCancelled,
    PlaceOrder,
    SetCountdown,
    work,
)
from carbonex.engine.commands import Batch
from driver import Driver, admitted
from engine.backlogs import small
from engine.twins import assert_twins
from model import Comparison


if TYPE_CHECKING:
    from carbonex.engine import Applied, Event

__all__ = ["small"]

SECOND = 10**9
CLOSE = 3_600 * SECOND


@pytest.mark.usefixtures("small")
def test_of_many_that_expire_at_once_a_slice_goes_with_each_batch() -> None:
    driver = _expiring(8, CLOSE // 2)
    driver.time_ns = CLOSE // 2 + 5
    assert _cancelled(driver.apply(AdvanceTime(""))) == [1, 2, 3]
    assert driver.exchange.time_ns == CLOSE // 2, "the rest is still due then"
    assert driver.exchange.next_due() == CLOSE // 2
    assert driver.exchange.is_late(CLOSE // 2)
    driver.exchange.check()
    assert _cancelled(driver.apply(AdvanceTime(""))) == [4, 5, 6]
    assert _cancelled(driver.apply(AdvanceTime(""))) == [7, 8]
    assert driver.exchange.time_ns == CLOSE // 2 + 5


@pytest.mark.usefixtures("small")
def test_before_a_command_all_that_is_due_happens() -> None:
    """Whatever its time: what has expired may not trade with it."""
    driver = _expiring(8, CLOSE // 2)
    driver.time_ns = CLOSE // 2
    applied = driver.apply(_buy(CLOSE), _buy(CLOSE))
    assert _cancelled(applied) == [*range(1, 9)]


@pytest.mark.usefixtures("small")
def test_at_the_close_of_the_day_the_day_ends_when_all_have_expired() -> None:
    """Its steps come after what expires at the same instant, in the last slice."""
    driver = _expiring(5, CLOSE)
    exchange = driver.exchange
    driver.time_ns = CLOSE
    phases: list[str] = []
    while exchange.day:
        driver.apply(AdvanceTime(""))
        twin = Exchange.restore(exchange.snapshot())
        twin.check()
        assert_twins(exchange, twin)
        phases.append(exchange.instruments["CEA"].phase.name)
    assert phases == ["TRADING", "CLOSED"]


@pytest.mark.usefixtures("small")
def test_countdowns_of_many_accounts_share_a_slice() -> None:
    driver = _expiring(0, CLOSE)
    driver.apply(*[SetCountdown("", name, SECOND * 5) for name in ("maker", "taker")])
    driver.apply(*[_buy(CLOSE, name) for name in ("maker", "taker")] * 3)
    driver.time_ns += 6 * SECOND
    batches = []
    while len(driver.exchange.accounts["taker"].orders):
        batches.append(_cancelled(driver.apply(AdvanceTime(""))))
    assert batches == [[1, 3, 5], [2, 4, 6]]


@pytest.mark.usefixtures("small")
def test_two_gateways_go_on_with_it_in_turn() -> None:
    """Whose batch it is makes no difference, as they are all in one log."""
    driver = _expiring(6, CLOSE // 2)
    exchange = driver.exchange
    exchange.apply(Batch(0, 2, 1, 0, [GatewayOpened("")]))
    driver.time_ns = CLOSE // 2
    gone = _cancelled(driver.apply(AdvanceTime("")))
    gone += _cancelled(exchange.apply(Batch(CLOSE, 2, 1, 1, [AdvanceTime("")])))
    gone += _cancelled(exchange.apply(Batch(CLOSE // 2, 2, 1, 2, [AdvanceTime("")])))
    assert gone == [*range(1, 7)]
    exchange.check()


@settings(max_examples=settings().max_examples // 3)
@given(
    seed=streams.seeds,
    commands=st.integers(1, 150),
    fills=st.integers(1, 4),
    size=st.integers(1, 4),
    looks=st.integers(2, 5),
)
def test_streams_cross_the_bounds_and_everything_is_in_order(
    seed: int, commands: int, fills: int, size: int, looks: int
) -> None:
    """A copy made after each batch has the same slots, and goes on alike.

    The model does the same as both.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("MAX_FILLS", fills), ("SLICE", size), ("LOOKS", looks)):
            patch.setattr(work, name, value)
        stream = streams.Stream(seed)
        stream.run(commands)
        again, model, twin = Driver(), Comparison(), Exchange()
        for batch, applied in zip(
            stream.driver.batches[1:], stream.applied, strict=True
        ):
            model.read(batch, again.repeat(batch, *batch.commands))
            again.exchange.check()
            model.compare(again.exchange)
            assert again.batches[-1] == batch
            if twin.seq:
                assert twin.apply(batch) == applied
                assert_twins(again.exchange, twin)
            twin = Exchange.restore(again.exchange.snapshot())


def _expiring(orders: int, expires_ns: int) -> Driver:
    """Return an exchange with so many orders that expire at one instant."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA"))
    driver.apply(*admitted("maker", 10**9, 100), *admitted("taker", 10**9, 100))
    driver.do(BeginDay("", 20250106, CLOSE))
    if orders:
        driver.apply(*[_buy(expires_ns)] * orders)
    return driver


def _buy(expires_ns: int, account: str = "maker") -> PlaceOrder:
    return PlaceOrder(
        "",
        account,
        "CEA",
        BUY,
        7000,
        1,
        time_in_force=GTD,
        conditions=Conditions(expires_ns=expires_ns),
    )


def _cancelled(applied: Applied) -> list[int]:
    events: list[Event] = [
        *applied.due,
        *(e for reply in applied.replies for e in reply),
    ]
    return [event.order_id for event in events if type(event) is OrderCancelled]
