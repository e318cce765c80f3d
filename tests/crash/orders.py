"""Orders by the hundred on one bare connection, and what the log has of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from carbonex.engine import CancelOrder, Checkpoint, Exchange, OrderAccepted, PlaceOrder
from carbonex.journal import LogReader
from market import CEA
from stranger import JSON, Stranger


if TYPE_CHECKING:
    from pathlib import Path


DEPTH: Final = 20  # requests without an answer


class Sender:
    """Sends requests of one trader, many at a time, until the connection breaks.

    ``answered`` and ``refused`` are the orders by client order id that were, in
    the order of the answers; ``pending`` those without an answer.
    """

    def __init__(self, port: int, name: str, prefix: str, encoding: str = JSON) -> None:
        self.client = Stranger(port, encoding)
        self.name = name
        self.prefix = prefix
        self.answered: list[str] = []
        self.refused: dict[str, str] = {}  # and why
        self.pending: dict[int, str] = {}
        self._number = 0
        self._room = asyncio.Event()  # among the requests under way

    async def send(self) -> str:
        """Send the next order; return its client order id."""
        self._number += 1
        name = f"{self.prefix}-{self._number}"
        selling = self.name == "maker"
        req_id = await self.client.send(
            "add_order",
            instrument=CEA,
            side="sell" if selling else "buy",
            price=f"70.{self._number % 10 + (0 if selling else 5):02}",
            quantity=self._number % 7 + 1,
            client_order_id=name,
            time_in_force="gtc",
        )
        self.pending[req_id] = name
        return name

    async def receive(self) -> None:
        """Take one message."""
        self._take(await self.client.receive())

    async def work(self) -> None:
        """Log in and send until the connection ends."""
        with contextlib.suppress(ConnectionClosed, OSError):
            async with self.client:
                await self.client.login(self.name)
                await self.until_the_end()

    async def place(self, count: int) -> None:
        """Place orders, one after the other has been answered."""
        for _ in range(count):
            await self.send()
            while self.pending:
                await self.receive()

    async def until_the_end(self) -> None:
        """Send, with DEPTH under way, and take every answer before the close.

        It never stops to read: who does, does not see that the other has closed.
        """
        sending = asyncio.create_task(self._keep_sending())
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.receive()
                self._room.set()
        self._room.set()
        await sending

    async def _keep_sending(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.send()
                while len(self.pending) > DEPTH:
                    self._room.clear()
                    await self._room.wait()
                    if self.client.socket.state is not State.OPEN:
                        return

    @property
    def close_code(self) -> int | None:
        """With which code the venue closed the connection."""
        return self.client.socket.close_code

    def _take(self, message: dict[str, Any]) -> None:
        name = self.pending.pop(message.get("req_id", 0), None)
        if name is None:
            return
        if message["success"]:
            self.answered.append(name)
        else:
            self.refused[name] = message["error"]["name"]


async def place_one(port: int, prefix: str) -> Sender:
    """Connect, log in and place one order of the maker's; return who did so."""
    sender = Sender(port, "maker", prefix)
    async with sender.client as client:
        await client.login("maker")
        await sender.place(1)
    return sender


class Replayed:
    """A directory's log, replayed: orders sent and accepted, by client order id."""

    def __init__(self, directory: Path) -> None:
        self.exchange = Exchange()
        self.sent: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.cancels = 0
        self.position = 0
        self.checkpoints = 0
        for row in LogReader(directory).tail(1):
            batch = row.batch()
            for command in batch.commands:
                if type(command) is PlaceOrder:
                    self.sent[command.client_order_id] += 1
                elif type(command) is CancelOrder:
                    self.cancels += 1
                elif type(command) is Checkpoint:
                    assert command.digest == self.exchange.digest()
                    self.checkpoints += 1
            applied = self.exchange.apply(batch)
            assert applied.accepted
            for events in applied.replies:
                for event in events:
                    if type(event) is OrderAccepted:
                        self.accepted[event.order.client_order_id] += 1
            self.position = row.position
        self.exchange.check()


def agree(directory: Path, *senders: Sender) -> Replayed:
    """Every answered order is in the log once, no other more than once."""
    replayed = Replayed(directory)
    answered = {name for sender in senders for name in sender.answered}
    assert answered
    assert answered <= replayed.accepted.keys()
    assert set(replayed.accepted.values()) == {1}
    assert set(replayed.sent.values()) == {1}
    return replayed
