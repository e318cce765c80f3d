"""What one account asks for costs no more when the book is ten times as large.

Work is counted in lines of Python that the engine runs, which only its source can
tell: what is compiled runs the same lines.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from carbonex.engine import (
    BUY,
    FOK,
    MARKET,
    SELL,
    AddKey,
    AmendOrder,
    BeginDay,
    CallTerms,
    CancelAll,
    CancelOrder,
    Conditions,
    HaltInstrument,
    ListInstrument,
    Permission,
    PlaceOrder,
    PostOnly,
    Reason,
    Rejected,
    ResumeInstrument,
    SessionClosed,
    SessionEnd,
    SessionOpened,
    work,
)
from carbonex.engine.exchange import COMPILED
from driver import Driver, admitted
from lines import lines_run


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Command

pytestmark = pytest.mark.skipif(COMPILED, reason="compiled code has no lines to count")

FEW, MANY = 1_500, 15_000  # orders that rest
ROOM: Final = 60  # lines that a look into a larger sorted list may take
LEVELS = 40
DEAR, CHEAP = 1_000, 100


class Floor(NamedTuple):
    """A market with so many sells in CEA, of ``maker`` and of ``own``."""

    driver: Driver
    deep: list[int]  # orders of the best level
    behind: list[int]  # and of a worse one


def _floor(count: int, *, levels: int = LEVELS) -> Floor:
    driver = Driver()
    calls = CallTerms(resume_seconds=60)
    driver.apply(
        ListInstrument("", "CEA", pick=True, calls=calls),
        ListInstrument("", "CCER", pick=True, calls=calls),
        *admitted("maker", 10**9, 10**6, ("CEA", "CCER")),
        *admitted("own", 10**9, 10**6, ("CEA", "CCER")),
        *admitted("taker", 10**9, 10**6, ("CEA", "CCER")),
        AddKey("", "own", "k-own", b"k" * 32, Permission.TRADE),
        BeginDay("", 20250106),
    )
    for account in driver.exchange.accounts.values():
        account.max_open_orders = 10**6
    orders: list[Command] = [
        PlaceOrder("", "maker", "CEA", SELL, 500 + i % levels, 1) for i in range(count)
    ]
    orders += [
        PlaceOrder("", "own", "CCER", SELL, 500 + i % levels, 1, session="there")
        for i in range(count)
    ]
    driver.apply(*orders)
    asks = [*driver.exchange.instruments["CEA"].book.asks]
    deep, behind = ([order.order_id for order in asks[i]] for i in (0, -1))
    return Floor(driver, deep, behind)


def _buy(price: int, quantity: int = 1, **more: Any) -> PlaceOrder:
    return PlaceOrder("", "taker", "CEA", BUY, price, quantity, **more)


def _pick(*numbers: int, quantity: int = 1) -> PlaceOrder:
    return _buy(DEAR, quantity, conditions=Conditions(pick=numbers))


def _call(floor: Floor) -> None:
    floor.driver.apply(HaltInstrument("", "CEA"), ResumeInstrument("", "CEA"))


def _session(floor: Floor) -> None:
    floor.driver.do(SessionOpened("", "k-own", "gone", "c-1"))


def _nothing(_: Floor) -> None:
    pass


# What is asked for, by the floor that it meets; what comes before it; the refusal.
REQUESTS: dict[str, tuple[Callable[[Floor], Command], Callable[[Floor], None], Any]] = {
    "stale pick": (
        lambda _: _pick(10**9),
        _nothing,
        Reason.STALE_PICK,
    ),
    "pick behind the best price": (
        lambda floor: _pick(floor.behind[7]),
        _nothing,
        Reason.NOT_BEST_PRICE,
    ),
    "pick": (
        lambda floor: _pick(floor.deep[-1], floor.deep[5], quantity=2),
        _nothing,
        None,
    ),
    "fill or kill of all and one more": (
        lambda floor: _buy(DEAR, len(floor.deep) * LEVELS + 1, time_in_force=FOK),
        _nothing,
        Reason.FOK_UNFILLABLE,
    ),
    "fill or kill": (lambda _: _buy(DEAR, 5, time_in_force=FOK), _nothing, None),
    "cancel all of another instrument": (
        lambda _: CancelAll("", "own", "CEA"),
        _nothing,
        None,
    ),
    "cancel all of the other side": (
        lambda _: CancelAll("", "own", side=BUY),
        _nothing,
        None,
    ),
    "cancel what never was": (
        lambda _: CancelOrder("", "maker", 10**9),
        _nothing,
        Reason.UNKNOWN_ORDER,
    ),
    "cross in a call, with orders elsewhere": (
        lambda _: PlaceOrder("", "own", "CEA", BUY, DEAR, 1),
        _call,
        None,
    ),
    "cross the own in a call": (
        lambda _: PlaceOrder("", "maker", "CEA", BUY, DEAR, 1),
        _call,
        Reason.SELF_TRADE,
    ),
    "a session ends without orders": (
        lambda _: SessionClosed("", "own", "gone", "c-1", SessionEnd.LOST),
        _session,
        None,
    ),
    "post-only": (
        lambda _: _buy(DEAR, post_only=PostOnly.REPRICE),
        _nothing,
        None,
    ),
    "market order": (lambda _: _buy(0, order_type=MARKET), _nothing, None),
    "amend": (
        lambda floor: AmendOrder("", "maker", floor.behind[3], price=700),
        _nothing,
        None,
    ),
}


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_costs_what_it_does_and_not_what_rests(request_: str) -> None:
    command_of, prepare, reason = REQUESTS[request_]
    costs: list[int] = []
    for count in (FEW, MANY):
        floor = _floor(count)
        prepare(floor)
        # An index sorts what has come since it was asked, once: not for each request.
        for account in ("own", "maker"):
            floor.driver.apply(CancelAll("", account, "CEA", BUY))
        lines, events = lines_run(partial(floor.driver.do, command_of(floor)))
        refusals = [event.reason for event in events if type(event) is Rejected]
        assert refusals == ([reason] if reason is not None else [])
        floor.driver.exchange.check()
        costs.append(lines)
    assert costs[1] <= costs[0] + ROOM, costs


def test_a_fill_or_kill_order_meets_so_many_and_no_more() -> None:
    """What would meet more is refused, so that a refusal looks at no more."""
    most = work.MAX_FILLS
    for quantity, reason in ((most, None), (most + 1, Reason.FOK_UNFILLABLE)):
        driver = _floor(FEW).driver
        (event, *_) = driver.do(_buy(DEAR, quantity, time_in_force=FOK))
        assert (event.reason if type(event) is Rejected else None) is reason
