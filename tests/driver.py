"""One gateway that gives an exchange its batches in order, as a log does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    Applied,
    Batch,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    OpenAccount,
    RegisterParticipant,
)


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Command, Event


class Driver:
    """Numbers the batches of one gateway and stamps them with ``time_ns``.

    ``batches`` is the log so far. A fresh exchange that applies it must give the same
    events and the same digest.
    """

    def __init__(self, gateway: int = 1, epoch: int = 1, time_ns: int = 0) -> None:
        self.exchange = Exchange()
        self.gateway = gateway
        self.epoch = epoch
        self.time_ns = time_ns
        self.batches: list[Batch] = []
        self._n = 0
        self.apply(GatewayOpened(""))

    def apply(self, *commands: Command) -> Applied:
        """Apply ``commands`` as one batch, which must be accepted."""
        batch = Batch(self.time_ns, self.gateway, self.epoch, self._n, list(commands))
        self.batches.append(batch)
        applied = self.exchange.apply(batch)
        assert applied.accepted, batch
        assert len(applied.replies) == len(commands)
        self._n += 1
        return applied

    def do(self, command: Command) -> list[Event]:
        """Apply one command; return the timer events before it and its own events."""
        applied = self.apply(command)
        return [*applied.due, *applied.replies[0]]

    def repeat(self, batch: Batch, *commands: Command) -> Applied:
        """Apply commands of another log's batch, at the batch's time."""
        self.time_ns = batch.time_ns
        return self.reopen() if batch.n == 0 else self.apply(*commands)

    def reopen(self) -> Applied:
        """Begin the gateway's next epoch, as a restarted process does."""
        self.epoch += 1
        self._n = 0
        return self.apply(GatewayOpened(""))


def admitted(
    name: str, cash: int, tonnes: int, instruments: Iterable[str] = ("CEA",)
) -> list[Command]:
    """Return the commands that admit a participant and fund its account."""
    return [
        RegisterParticipant("", name),
        OpenAccount("", name, name),
        Deposit("", name, cash, "cash"),
        *(Issue("", name, each, tonnes, each) for each in instruments),
    ]


def replay(batches: list[Batch]) -> tuple[Exchange, list[Applied]]:
    """Apply a driver's batches from the beginning."""
    exchange = Exchange()
    return exchange, [exchange.apply(batch) for batch in batches]
