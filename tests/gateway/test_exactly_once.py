"""A request that comes again is done once: over reconnects, restarts and day changes.

DESIGN's duplicate rule, for every command that moves value, as a client sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import AdvanceTime, BeginDay, Exchange
from carbonex.gateway.feed import Feed
from carbonex.gateway.session import Services
from carbonex.gateway.venue import Venue, opening_epoch
from gateway.session_house import CEA, DAY_ENDS, SECOND, VENUE, House
from gateway.value_moves import REF, REQUESTS, STAGE, timed


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Batch
    from gateway.session_house import Json
    from gateway.value_moves import Request

DAY_NS = 24 * 3600 * SECOND


class Phoenix(House):
    """A venue that can be stopped in every way, and lives through days."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.days = 0
        super().__init__(furniture=STAGE)

    def commit_one(self) -> Applied | None:
        batch = self.venue.take_batch(self.now_ns)
        if batch is None:
            return None
        self.batches.append(batch)
        return self.venue.committed(batch, self.venue.position + 1, b"")

    def kill(self) -> None:
        """Die, and come back from the log's first row on."""
        exchange = Exchange()
        for batch in self.batches:
            assert exchange.apply(batch).accepted
        assert exchange.digest() == self.exchange.digest()
        self._open(exchange)

    def stop(self) -> None:
        """Stop, and come back from a snapshot."""
        self._open(Exchange.restore(self.exchange.snapshot()))

    def next_day(self) -> None:
        """End the trading day and begin the next."""
        self.now_ns = max(self.now_ns, self.exchange.day_ends_ns)
        self.do(AdvanceTime(""))
        self.days += 1
        ends = DAY_ENDS + self.days * DAY_NS
        self.do(BeginDay("", 20260302 + self.days, ends))

    def _open(self, exchange: Exchange) -> None:
        self.exchange = exchange
        epoch = opening_epoch(exchange, 1)
        self.venue = Venue(exchange, VENUE, 1, epoch, 10_000, 1_000)
        self.feed = Feed(self.venue)
        self.venue.readers.append(self.feed)
        old = self.services
        self.services = Services(
            self.venue, self.feed, old.limits, old.historian, old.clock, old.challenges
        )
        self.commit()

    def wealth(self) -> dict[str, Any]:
        """Return what every account has, and how much there is of everything."""
        exchange = self.exchange
        return {
            "counters": (
                exchange.last_order_id,
                exchange.last_block_id,
                exchange.last_auction_id,
            ),
            **{
                name: (
                    account.cash,
                    {i: held.quantity for i, held in account.holdings.items()},
                )
                for name, account in exchange.accounts.items()
            },
        }

    def call(self, key: str, method: str, params: Json) -> Json:
        """Do a request on a connection of its own, and return the answer."""
        client = self.trader(key)
        answer = client.ask(method, **params)
        client.session.closed()
        return answer


@pytest.fixture
def phoenix() -> Phoenix:
    return Phoenix()


INTERRUPTIONS: dict[str, Callable[[Phoenix], object]] = {
    "another connection": lambda _: None,
    "kill -9": Phoenix.kill,
    "a clean stop": Phoenix.stop,
    "the next trading day": Phoenix.next_day,
    "kill -9 on the next day": Phoenix.kill,
    "a clean stop on the next day": Phoenix.stop,
}


def prepared(phoenix: Phoenix, method: str) -> tuple[Request, Json]:
    """Do what must come before a request; return it with its params."""
    request = REQUESTS[method]
    for earlier in request.before:
        key, name, params = earlier
        answer = phoenix.call(key, name, _now(phoenix, name, params))
        assert answer["success"], answer
    return request, _now(phoenix, method, {**request.params, **REF})


def _now(phoenix: Phoenix, method: str, params: Json) -> Json:
    return timed(method, params, phoenix.now_ns // 1000, DAY_ENDS // 1000)


@pytest.mark.parametrize("method", REQUESTS)
def test_what_moves_value_moves_it_once(phoenix: Phoenix, method: str) -> None:
    request, params = prepared(phoenix, method)
    poor = phoenix.wealth()
    first = phoenix.call(request.key, method, params)
    assert first["success"], first
    assert first["result"].get("duplicate", False) is False
    done = phoenix.wealth()
    if method != "place_bid":  # it locks, and moves nothing until it is filled
        assert done != poor
    for name, interrupt in INTERRUPTIONS.items():
        interrupt(phoenix)
        before = phoenix.wealth()
        again = phoenix.call(request.key, method, params)
        assert again["success"], (name, again)
        assert again["result"] == {**first["result"], "duplicate": True}, name
        other = phoenix.call(request.key, method, {**params, **request.other})
        assert other["error"]["name"] == "DUPLICATE_CLIENT_REF", name
        assert phoenix.wealth() == before, name


@pytest.mark.parametrize("method", REQUESTS)
def test_a_ref_is_free_again_on_the_day_after_the_next(
    phoenix: Phoenix, method: str
) -> None:
    request, params = prepared(phoenix, method)
    assert phoenix.call(request.key, method, params)["success"]
    phoenix.next_day()
    phoenix.kill()
    phoenix.next_day()
    phoenix.stop()
    answer = phoenix.call(request.key, method, params)
    # It is judged anew; what it names may be over by now.
    over = {
        "accept_block": "NO_SUCH_PROPOSAL",
        "place_bid": "WINDOW_CLOSED",
        "open_auction": "BAD_PARAMETER",
    }
    if method in over:
        assert answer["error"]["name"] == over[method]
    else:
        assert answer["success"], answer
        assert not answer["result"].get("duplicate", False)


@pytest.mark.parametrize("method", REQUESTS)
def test_what_was_refused_does_not_use_up_its_ref(
    phoenix: Phoenix, method: str
) -> None:
    request, params = prepared(phoenix, method)
    refused = phoenix.call(request.key, method, {**params, **REFUSED[method]})
    assert refused["error"]["code"] >= 3000, refused  # by the engine
    assert "CLIENT" not in refused["error"]["name"]
    phoenix.kill()
    answer = phoenix.call(request.key, method, params)
    assert answer["success"], answer
    assert not answer["result"].get("duplicate", False)


MOST = {"quantity": 2**31 - 1}
REFUSED: dict[str, Json] = {
    "deposit": {"amount": "46116860184273879.03"},  # with what is there: over 2^62
    "withdraw": {"amount": "46116860184273879.03"},
    "issue": {"instrument": "GONE"},
    "transfer": MOST,
    "retire": MOST,
    "surrender": MOST,
    "propose_block": MOST,
    "accept_block": {"block_id": "9"},
    "open_auction": MOST,
    "place_bid": MOST,
}


# Orders


def order(**more: Any) -> Json:
    return {
        "instrument": CEA,
        "side": "sell",
        "price": "70.00",
        "quantity": 10,
        "client_order_id": "a-1",
        **more,
    }


def stands(phoenix: Phoenix, params: Json) -> tuple[Any, ...]:
    """Send an order again: return what the venue says of the first."""
    answer = phoenix.call("acme-key", "add_order", {**params, "account": "acme-1"})
    assert answer["success"], answer
    result = answer["result"]
    return tuple(
        result.get(name, False)
        for name in ("order_id", "status", "filled", "duplicate")
    )


def fill(phoenix: Phoenix, quantity: int) -> None:
    bought = {**order(side="buy", quantity=quantity), "account": "beta-1"}
    del bought["client_order_id"]
    assert phoenix.call("beta-key", "add_order", bought)["success"]


def cancel(phoenix: Phoenix) -> None:
    which = {"client_order_id": "a-1", "account": "acme-1"}
    assert phoenix.call("acme-key", "cancel_order", which)["success"]


ENDINGS: dict[str, tuple[Callable[[Phoenix], None], str, int]] = {
    "open": (lambda _: None, "open", 0),
    "filled in part": (lambda phoenix: fill(phoenix, 4), "open", 4),
    "filled": (lambda phoenix: fill(phoenix, 10), "filled", 10),
    "cancelled": (cancel, "cancelled", 0),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("good", ["day", "gtc"])
def test_an_order_is_placed_once_whatever_has_become_of_it(
    phoenix: Phoenix, ending: str, good: str
) -> None:
    end, status, filled = ENDINGS[ending]
    params = order(time_in_force=good)
    assert stands(phoenix, params) == ("1", "open", 0, False)
    end(phoenix)
    for name, interrupt in INTERRUPTIONS.items():
        interrupt(phoenix)
        if phoenix.days and good == "day" and status == "open":
            status = "cancelled"  # at the close
        before = phoenix.wealth()
        assert stands(phoenix, params) == ("1", status, filled, True), name
        other = phoenix.call(
            "acme-key", "add_order", {**params, "quantity": 11, "account": "acme-1"}
        )
        assert other["error"]["name"] == "DUPLICATE_CLIENT_ORDER_ID", name
        assert phoenix.wealth() == before, name
    phoenix.next_day()
    phoenix.kill()
    if status == "open":
        assert stands(phoenix, params) == ("1", status, filled, True)
    else:
        *_, duplicate = stands(phoenix, params)
        assert duplicate is False


def test_an_order_that_is_open_for_days_keeps_its_id(phoenix: Phoenix) -> None:
    params = order(time_in_force="gtc")
    stands(phoenix, params)
    for interrupt in (Phoenix.kill, Phoenix.stop) * 3:
        phoenix.next_day()
        interrupt(phoenix)
        assert stands(phoenix, params) == ("1", "open", 0, True)
    fill(phoenix, 10)
    phoenix.kill()
    assert stands(phoenix, params) == ("1", "filled", 10, True)


def test_a_refused_order_does_not_use_up_its_id(phoenix: Phoenix) -> None:
    refused = phoenix.call(
        "acme-key", "add_order", order(quantity=10**7, account="acme-1")
    )
    assert refused["error"]["name"] == "INSUFFICIENT_HOLDINGS"
    for interrupt in INTERRUPTIONS.values():
        interrupt(phoenix)
    assert stands(phoenix, order()) == ("1", "open", 0, False)


@pytest.mark.parametrize("method", ["add_order", "batch_add"])
def test_beyond_the_cap_a_new_id_is_refused_and_no_old_one_forgotten(
    phoenix: Phoenix, method: str
) -> None:
    def place(name: str) -> Json:
        params = order(side="buy", client_order_id=name, account="small")
        if method == "add_order":
            return phoenix.call("acme-key", method, params)
        answer = phoenix.call("acme-key", method, {"orders": [params]})
        item: Json = answer["result"]["orders"][0]
        return item

    for name in ("a-1", "a-2"):
        assert place(name)["success"]
    for interruption, interrupt in INTERRUPTIONS.items():
        interrupt(phoenix)
        refused = place("a-3")
        assert refused["error"]["name"] == "TOO_MANY_CLIENT_IDS", interruption
        for name in ("a-1", "a-2"):
            assert place(name)["result"]["duplicate"], interruption
    phoenix.next_day()
    assert place("a-3")["success"]


def test_a_deadline_and_req_id_are_not_content(phoenix: Phoenix) -> None:
    now = phoenix.now_ns // 1000
    assert stands(phoenix, order(deadline=now + 10**6)) == ("1", "open", 0, False)
    phoenix.kill()
    phoenix.now_ns += 3600 * SECOND
    assert stands(phoenix, order(deadline=now + 10**6)) == ("1", "open", 0, True)
    assert stands(phoenix, order()) == ("1", "open", 0, True)
