"""A flow: the commands of a recorded market, and the venue setup they need."""

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


# Every desk is a participant with one account. Its balances are so large that no
# order is refused for funds: the real orders were funded, and funding is not
# under comparison.
CASH: Final = 2**58  # fen
TONNES: Final = 2**58
UNBOUNDED: Final = MAX_OPEN_ORDERS  # limit on a desk's client ids and open orders

# For an exchange whose time does not advance: the flow's orders are GTC.
ANY_DAY: Final = BeginDay("", 20260105, DAY_NS)


class Flow(NamedTuple):
    """Commands for one instrument in order, sent by ``desks`` accounts."""

    instrument: str
    desks: int
    commands: Sequence[OrderCommand]

    @property
    def turns(self) -> int:
        """The number of commands whose predecessor came from another desk."""
        return sum(a.account != b.account for a, b in pairwise(self.commands))


def account_of(desk: int) -> str:
    """Return the name shared by a desk's account and its participant."""
    return f"desk-{desk}"


def desk_of(account: str) -> int:
    """Return the desk that owns the account."""
    return int(account.removeprefix("desk-"))


def long_day(now_ns: int) -> BeginDay:
    """Return the command for the longest permitted day from ``now_ns`` (epoch) on."""
    return BeginDay("", date_at(now_ns), now_ns + END_DAYS * DAY_NS)


def opening(flow: Flow, day: BeginDay = ANY_DAY) -> list[Command]:
    """Return the setup commands that a venue needs before the flow."""
    commands: list[Command] = [ListInstrument("", flow.instrument)]
    for name in map(account_of, range(flow.desks)):
        commands += [
            RegisterParticipant("", name),
            OpenAccount("", name, name, UNBOUNDED, UNBOUNDED),
            Deposit("", name, CASH, "cash"),
            Issue("", name, flow.instrument, TONNES, "tonnes"),
        ]
    return [*commands, day]
