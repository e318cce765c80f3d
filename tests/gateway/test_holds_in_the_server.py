"""Whose work held the event loop, by a clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import gc
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import structlog

from carbonex.gateway.holds import LONG_NS
from carbonex.gateway.server import process
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.server.housekeeping import Housekeeping
from carbonex.gateway.server.pipeline import Pipeline
from carbonex.gateway.session.kinds import OrderMethod, QueryMethod
from carbonex.gateway.session.methods import METHODS
from carbonex.journal.log import Row
from gateway.wired_house import House, Wire, request
from market import CEA


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from structlog.typing import EventDict


LONG = LONG_NS + 1


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """Return the log lines that say that the loop was held."""
    with structlog.testing.capture_logs() as captured:
        yield captured


async def test_reading_names_the_connection_its_key_and_the_last_method(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    house = House()
    wire = house.connect()
    house.login(wire, "maker")
    house.call(wire, "cancel_order", order_id="1")
    assert held(lines) == []
    slow_method(monkeypatch, house, "cancel_order")
    house.call(wire, "cancel_order", order_id="1")
    assert held(lines) == [("reading", {"key_id": "maker", "method": "cancel_order"})]
    assert lines[-1]["connection_id"] == connection(wire).session.connection_id


async def test_a_query_is_named(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    house = House()
    wire = house.connect()
    house.login(wire, "maker")
    slow_method(monkeypatch, house, "ping")
    house.call(wire, "ping")
    assert held(lines) == [("query", {"key_id": "maker", "method": "ping"})]


async def test_an_answer_from_the_past_is_named(lines: list[EventDict]) -> None:
    house = House()
    session = connection(house.connect()).session

    def reply(*_: object) -> None:
        house.now_ns += LONG

    session.last_method = "bulletins"
    session.ask(lambda _: None, reply)
    house.library.answer()
    assert held(lines) == [("history", {"key_id": "", "method": "bulletins"})]


async def test_a_page_names_who_asked(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    house = House()
    wire = house.knock()
    slow(monkeypatch, house, house.pages, "respond")
    wire.protocol.data_received(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [by for by, _ in held(lines)] == ["request"]


class Works:
    """A pipeline whose log is quick, unless a test says otherwise."""

    def __init__(self) -> None:
        self.house = House()
        self.position = 1
        self.failures: list[Exception] = []
        self.pipeline = Pipeline(
            self.house.venue,
            self,
            self.house.clients,
            Machine(worker=lambda *_: cast("Any", Idle())),
            self.failures.append,
        )
        self.pipeline._committer.publish_ns = 0  # so quick that the loop does it

    def publish(self, _batch: object) -> Row:
        self.position += 1
        return Row(self.position, 0, 1, 1, 0, b"", b"")

    def roll(self) -> None: ...

    def sync_head(self) -> None: ...

    def turn(self) -> None:
        self.pipeline._turn()
        assert self.failures == []


class Idle:
    """A worker that is given nothing."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


async def test_a_batch_names_its_dearest_command(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    works = Works()
    house = works.house
    wire = house.connect()
    house.login(wire, "maker")
    order = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}
    house.call(wire, "batch_add", orders=[order, order])
    slow(monkeypatch, house, house.feed, "published")
    add = json.dumps({"method": "add_order", "params": order})
    connection(wire).session.receive(add, house.now_ns)
    connection(wire).session.receive('{"method":"cancel_all"}', house.now_ns)
    works.turn()
    (by, fields) = held(lines)[0]
    assert (by, fields) == (
        "batch",
        {
            "position": 2,
            "commands": 2,
            "dearest": "CancelAll",
            "events": 3,
            "due_events": 0,
        },
    )


async def test_a_slow_log_in_the_loop(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    works = Works()
    wire = works.house.connect()
    works.house.login(wire, "maker")
    connection(wire).session.receive('{"method":"cancel_all"}', 1)
    slow(monkeypatch, works.house, works, "publish")
    works.turn()
    assert held(lines) == [("log", {"position": 2})]


async def test_writing(monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]) -> None:
    works = Works()
    wire = works.house.connect()
    slow(monkeypatch, works.house, wire, "write")
    wire.protocol.data_received(request("ping").serialize(mask=True))
    works.turn()
    assert [by for by, _ in held(lines)] == ["writing"]


async def test_feed_timers_and_what_nobody_explains(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    house = House()
    quiet = cast("Any", SimpleNamespace(schedule=lambda: None, note=lambda _: None))
    housekeeping = Housekeeping(
        house.venue, house.feed, house.clients, quiet, quiet, quiet
    )
    naps = 0

    async def sleep(seconds: float) -> None:
        nonlocal naps
        naps += 1
        house.now_ns += int(seconds * 1e9) + (LONG if naps == 2 else 0)
        if naps == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    housekeeping._ping_ticks = 1
    slow(monkeypatch, house, house.feed, "flush")
    slow(monkeypatch, house, house.clients, "keep_alive")
    with pytest.raises(asyncio.CancelledError):
        await housekeeping.run()
    told = [by for by, _ in held(lines)]
    assert told == ["feed", "timers", "unknown", "feed", "timers", "feed", "timers"]


async def test_the_collector(
    monkeypatch: pytest.MonkeyPatch, lines: list[EventDict]
) -> None:
    house = House()
    house.clients.ended = 1
    server = SimpleNamespace(venue=house.venue, clients=house.clients)
    slow(monkeypatch, house, gc, "collect")
    naps = 0

    async def sleep(_seconds: float) -> None:
        nonlocal naps
        naps += 1
        if naps == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await process._collect(cast("Any", server))
    assert held(lines) == [("collector", {})]


# What the tests are made of.


def slow(
    monkeypatch: pytest.MonkeyPatch, house: House, owner: object, name: str
) -> None:
    """Have a function take long by the house's clock."""
    function: Callable[..., Any] = getattr(owner, name)

    def slowly(*arguments: Any, **more: Any) -> Any:
        house.now_ns += LONG
        return function(*arguments, **more)

    monkeypatch.setattr(owner, name, slowly)


def slow_method(monkeypatch: pytest.MonkeyPatch, house: House, name: str) -> None:
    """Have a method take long by the house's clock, before it is logged if it is."""
    method = METHODS[name]
    assert isinstance(method, QueryMethod | OrderMethod)
    does: Any = method.answer if isinstance(method, QueryMethod) else method.build

    def slowly(*arguments: Any) -> Any:
        house.now_ns += LONG
        return does(*arguments)

    kind: Any = type(method)
    about = [method.name, method.permission, method.cost, slowly]
    if isinstance(method, OrderMethod):
        about.append(method.result)
    monkeypatch.setitem(METHODS, name, kind(*about))


def held(lines: list[EventDict]) -> list[tuple[str, dict[str, object]]]:
    """Return what was told: the cause, and the fields but for the connection."""
    every = {"event", "log_level", "by", "seconds", "connection_id", "connections"}
    return [
        (line["by"], {name: line[name] for name in line.keys() - every - {"address"}})
        for line in lines
        if line["event"] == "loop held"
    ]


def connection(wire: Wire) -> Any:
    return wire.protocol
