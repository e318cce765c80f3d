"""The whole exchange as one deterministic function of its batches."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from .check import check
from .commands import (
    AddKey,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    Checkpoint,
    Deposit,
    GatewayOpened,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
    ResumeInstrument,
    RevokeKey,
    Transfer,
    Withdraw,
)
from .enums import Reason
from .events import Rejected
from .market import begin_day, end_day, halt, list_instrument, resume
from .orders import amend, cancel, cancel_all, place
from .registry import add_key, move, open_account, register_participant, revoke_key
from .snapshot import restore, snapshot
from .state import VENUE_KEY, State


if TYPE_CHECKING:
    from collections.abc import Callable

    from .commands import Batch, Command
    from .events import Event


class Applied(NamedTuple):
    """What a batch did.

    ``replies`` holds each command's events; a refused command's are exactly
    one Rejected. ``due`` is what time itself did before them. A batch that is
    not ``accepted`` did nothing.
    """

    accepted: bool
    time_ns: int
    first_seq: int  # of the batch's first command; command i has first_seq + i
    due: list[Event]
    replies: list[list[Event]]


class Exchange(State):
    """Applies batches and says what happened.

    Two exchanges that have applied the same batches are equal, and so were
    their events, whatever machine they run on and whenever they ran.
    """

    def apply(self, batch: Batch) -> Applied:
        """Let the batch's time come, then run its commands in order.

        O(1) in the size of books and accounts for each order command that
        rests, cancels or fills at known prices, O(log n) at new ones.
        """
        if not self._accepts(batch):
            return Applied(False, self.time_ns, self.seq + 1, [], [])  # noqa: FBT003
        self.gateways[batch.gateway] = (batch.epoch, batch.n)
        self.time_ns = max(self.time_ns, batch.time_ns)
        due = self._fire_due()
        first_seq = self.seq + 1
        replies: list[list[Event]] = []
        # ``type() is`` rather than ``match``: class patterns on msgspec structs
        # cost 90 ns an arm, and this runs for every command.
        for command in batch.commands:
            if type(command) is PlaceOrder:
                replies.append(place(self, command))
            elif type(command) is CancelOrder:
                replies.append(cancel(self, command))
            elif type(command) is AmendOrder:
                replies.append(amend(self, command))
            else:
                replies.append(_RARE[type(command)](self, command))
        self.seq += len(replies)
        return Applied(True, self.time_ns, first_seq, due, replies)  # noqa: FBT003

    def next_due(self) -> int | None:
        """Return when time will do something by itself, in ns, if ever."""
        return self.day_ends_ns or None

    def check(self) -> None:
        """Assert every invariant. Linear in the state; for tests and audits."""
        check(self)

    def snapshot(self) -> bytes:
        """Return the whole state, canonical: equal states, equal bytes."""
        return snapshot(self)

    @classmethod
    def restore(cls, data: bytes) -> Exchange:
        """Return the exchange that ``snapshot`` described.

        Raises:
            ValueError: If ``data`` is not a snapshot of this format.

        """
        exchange = cls()
        restore(exchange, data)
        return exchange

    def digest(self) -> bytes:
        """Return the BLAKE2b-256 of the snapshot. Linear in the state."""
        return blake2b(self.snapshot(), digest_size=32).digest()

    def _accepts(self, batch: Batch) -> bool:
        """Tell whether this is the next batch of its gateway's newest epoch."""
        epoch, n = self.gateways.get(batch.gateway, (0, 0))
        if batch.n == 0:
            opens = (
                len(batch.commands) == 1 and type(batch.commands[0]) is GatewayOpened
            )
            return opens and batch.epoch > epoch
        return batch.epoch == epoch and batch.n == n + 1 and epoch > 0

    def _fire_due(self) -> list[Event]:
        if 0 < self.day_ends_ns <= self.time_ns:
            return end_day(self)
        return []


def _mark(
    state: State, command: AdvanceTime | GatewayOpened | Checkpoint
) -> list[Event]:
    """Do nothing for a command that only marks the log, if the venue sent it."""
    return [] if command.key == VENUE_KEY else [Rejected(Reason.NOT_PERMITTED)]


# What the rarer commands do. Function and command type match pairwise.
_RARE: dict[type[Command], Callable[[State, Any], list[Event]]] = {
    CancelAll: cancel_all,
    ListInstrument: list_instrument,
    HaltInstrument: halt,
    ResumeInstrument: resume,
    RegisterParticipant: register_participant,
    AddKey: add_key,
    RevokeKey: revoke_key,
    OpenAccount: open_account,
    Deposit: move,
    Withdraw: move,
    Issue: move,
    Transfer: move,
    BeginDay: begin_day,
    AdvanceTime: _mark,
    GatewayOpened: _mark,
    Checkpoint: _mark,
}
