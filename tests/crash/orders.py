"""Orders by the hundred on one bare connection, and what the log has of them."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from websockets.exceptions import ConnectionClosed

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
        """Log in and send, with DEPTH under way, until the connection ends."""
        with contextlib.suppress(ConnectionClosed, OSError):
            async with self.client:
                await self.client.login(self.name)
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        await self.send()
                        while len(self.pending) > DEPTH:
                            await self.receive()
                while True:  # what came before the end
                    await self.receive()

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
