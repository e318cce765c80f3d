"""Record everything the demo's clients were sent, for comparison with the log.

Each entry is a promise of the venue: an answered order, an execution, a print,
and every second the hash of its log. If the log lacks an entry, the venue has
misinformed a client.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from carbonex.wire.channels import Heartbeat
from carbonex.wire.codec import JSON
from carbonex.wire.money import parse_fen

from .record import Fact, Printed


if TYPE_CHECKING:
    from carbonex.sdk import Execution, Order, Trade


RECENT: Final = 4096  # latencies in the live percentiles


class Evidence:
    """The records of all clients together."""

    def __init__(self) -> None:
        self.orders: dict[int, tuple[str, str]] = {}  # id: account, client order id
        self.executions: dict[tuple[str, int], Fact] = {}  # by account, exec_seq
        self.prints: dict[tuple[str, int], Printed] = {}  # by instrument, trade_id
        self.heartbeats: dict[int, str] = {}  # position: hash of the log
        self.newest = Heartbeat(0, 0, "", 0)
        self.traded: Counter[tuple[str, str, str]] = (
            Counter()
        )  # account, instrument, side
        self.latencies: list[int] = []  # ns, of every answered request
        self.recent: deque[int] = deque(maxlen=RECENT)
        self.asked = asyncio.Event()  # set by every request sent
        self.told = asyncio.Event()  # set by every answer; the waiter clears it
        self.commands = 0  # placed, amended or cancelled, and answered
        self.refused = 0
        self.unanswered = 0  # requests under way when the connection broke
        self.found: Counter[str] = Counter()  # fates of orders whose answer was lost
        self.contradictions: list[str] = []

    def answered(self, latency_ns: int, commands: int) -> None:
        """Record an answer to ``commands`` orders, amendments or cancellations."""
        self.told.set()
        self.latencies.append(latency_ns)
        self.recent.append(latency_ns)
        self.commands += commands

    def placed(self, order: Order) -> None:
        """Record an order that the venue has accepted."""
        self.orders[int(order.order_id)] = (order.account, order.client_order_id)

    def executed(self, execution: Execution) -> None:
        """Record an execution that an account received."""
        key = (execution.account, execution.exec_seq)
        fact = _fact(execution)
        if self.executions.setdefault(key, fact) != fact:
            self._contradict(f"execution {key} is {self.executions[key]}, then {fact}")
        if execution.event == "trade":
            place = (execution.account, execution.instrument, execution.side)
            self.traded[place] += execution.last_quantity

    def printed(self, trade: Trade) -> None:
        """Record a trade on the public tape."""
        key = (trade.instrument, int(trade.trade_id))
        seen = Printed(parse_fen(str(trade.price)), trade.quantity, trade.side)
        if self.prints.setdefault(key, seen) != seen:
            self._contradict(f"print {key} is {self.prints[key]}, then {seen}")

    def heard(self, heartbeat: Heartbeat) -> None:
        """Record the hash of the log that the venue stated at a position."""
        known = self.heartbeats.setdefault(heartbeat.position, heartbeat.hash)
        if known != heartbeat.hash:
            self._contradict(
                f"the log's hash at {heartbeat.position} is {known},"
                f" then {heartbeat.hash}"
            )
        self.newest = heartbeat

    def trades(self, instrument: str) -> int:
        """Return how many prints of ``instrument`` were seen. O(prints)."""
        return sum(1 for name, _ in self.prints if name == instrument)

    def _contradict(self, what: str) -> None:
        self.contradictions.append(what)


class _Frame(msgspec.Struct):
    """Any frame that the venue sends on a heartbeat-only connection."""

    channel: str = ""
    data: msgspec.Raw = msgspec.Raw()


async def listen(url: str, evidence: Evidence) -> None:
    """Record every heartbeat of a bare WebSocket until the connection breaks.

    Bypass the SDK, so that no client code can alter the evidence.
    """
    frames = JSON.decoder(_Frame)
    heartbeats = JSON.decoder(list[Heartbeat])
    subscribe = '{"method":"subscribe","params":{"channel":"heartbeat"}}'
    try:
        async with connect(
            url,
            subprotocols=[Subprotocol(JSON.subprotocol)],
            compression=None,
            proxy=None,
        ) as websocket:
            await websocket.send(subscribe)
            async for message in websocket:
                frame = frames.decode(message)
                if frame.channel == "heartbeat":
                    for heartbeat in heartbeats.decode(bytes(frame.data)):
                        evidence.heard(heartbeat)
    except (ConnectionClosed, OSError, WebSocketException):
        return


def _fact(execution: Execution) -> Fact:
    order_id = int(execution.order_id)
    if execution.event == "trade":
        assert execution.last_price is not None
        price = parse_fen(str(execution.last_price))
        trade_id = int(execution.trade_id)
        return Fact("trade", order_id, price, execution.last_quantity, trade_id)
    if execution.event in ("cancelled", "reduced"):
        return Fact(execution.event, order_id, 0, execution.cancelled, 0)
    price = parse_fen(str(execution.price))
    return Fact(execution.event, order_id, price, execution.quantity, 0)
