"""A flow: a recorded market's commands, and what a venue needs before them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import (
    BeginDay,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    RegisterParticipant,
)
from carbonex.engine.commands import MAX_OPEN_ORDERS
from carbonex.engine.market.dates import END_DAYS, date_at
from carbonex.engine.market.schedule import DAY_NS


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import Command, OrderCommand


# Every desk is a participant with one account, rich enough never to be refused:
# a real market's orders were funded, and funding is not what is compared.
CASH: Final = 2**58  # fen
TONNES: Final = 2**58
UNBOUNDED: Final = MAX_OPEN_ORDERS  # client ids and open orders of a desk

# For an exchange whose time stands still: the flow's orders are good till cancelled.
ANY_DAY: Final = BeginDay("", 20260105, DAY_NS)


class Flow(NamedTuple):
    """What is sent, in order, to one instrument by ``desks`` accounts."""

    instrument: str
    desks: int
    commands: Sequence[OrderCommand]

    @property
    def turns(self) -> int:
        """How often a command follows one of another desk."""
        return sum(a.account != b.account for a, b in pairwise(self.commands))


def account_of(desk: int) -> str:
    """Return the name of a desk, of its account and of its participant."""
    return f"desk-{desk}"


def desk_of(account: str) -> int:
    """Return the desk whose account this is."""
    return int(account.removeprefix("desk-"))


def long_day(now_ns: int) -> BeginDay:
    """Return what begins a day that stays open as long as one may, in ns from the epoch."""
    return BeginDay("", date_at(now_ns), now_ns + END_DAYS * DAY_NS)


def opening(flow: Flow, day: BeginDay = ANY_DAY) -> list[Command]:
    """Return the commands that a venue needs before the flow's first one."""
    commands: list[Command] = [ListInstrument("", flow.instrument)]
    for name in map(account_of, range(flow.desks)):
        commands += [
            RegisterParticipant("", name),
            OpenAccount("", name, name, UNBOUNDED, UNBOUNDED),
            Deposit("", name, CASH, "cash"),
            Issue("", name, flow.instrument, TONNES, "tonnes"),
        ]
    return [*commands, day]
