"""The whole exchange as a deterministic function of its batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from . import semantics, work
from .backlog import go_on, waits
from .check import check
from .commands import (
    AcceptBlock,
    ActivateSemantics,
    AddKey,
    AdvanceTime,
    AmendOrder,
    AnnulTrade,
    BeginDay,
    CancelAll,
    CancelBid,
    CancelDay,
    CancelOrder,
    Checkpoint,
    CloseAuction,
    DeclineBlock,
    DelistInstrument,
    Deposit,
    EndDay,
    Freeze,
    GatewayOpened,
    HaltInstrument,
    HideOrderIds,
    Issue,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    RegisterParticipant,
    RestrictParticipant,
    ResumeInstrument,
    ResumeVenue,
    Retire,
    RevokeKey,
    SessionClosed,
    SessionOpened,
    SetComposite,
    SetCountdown,
    SetEligibility,
    SetObligation,
    SkipRow,
    Surrender,
    SuspendVenue,
    Transfer,
    Unfreeze,
    UpdateInstrument,
    Withdraw,
    WithdrawBlock,
)
from .consequences import follow
from .enums import CancelReason, Reason
from .events import Rejected
from .hiding import hide_order_ids
from .market.annulling import annul
from .market.days import begin_day, end_day, step
from .market.days_undone import cancel_day, end_now
from .market.instruments import (
    delist_instrument,
    halt,
    list_instrument,
    resume,
    set_composite,
    update_instrument,
)
from .market.phases import end_call
from .market.suspension import resume_venue, suspend_venue
from .off_book.auctions import (
    cancel_bid,
    close_auction,
    close_due_auction,
    open_auction,
    place_bid,
)
from .off_book.blocks import accept, decline, propose, withdraw_block
from .omissions import leave_out
from .orders.amending import amend
from .orders.countdowns import fire_countdown, set_countdown
from .orders.leaving import cancel_open
from .orders.placing import cancel, cancel_all, place
from .registry.eligibility import set_eligibility
from .registry.freezes import freeze
from .registry.moves import move
from .registry.obligations import set_obligation
from .registry.participants import (
    add_key,
    open_account,
    register_participant,
    restrict,
    revoke_key,
)
from .registry.sessions import (
    end_grace,
    restart_graces,
    session_closed,
    session_opened,
)
from .snapshot import digest, restore, snapshot
from .state import VENUE_KEY, State
from .timers import Due


if TYPE_CHECKING:
    from collections.abc import Callable

    from .commands import Batch, Command
    from .events import Event


# Whether mypyc compiled the engine, and with it the gateway's order path.
COMPILED: Final = not __file__.endswith(".py")

_PLACE: Final = PlaceOrder
_CANCEL: Final = CancelOrder


class Applied(NamedTuple):
    """The result of applying a batch.

    ``replies`` holds the events of each command; a refused command has exactly one
    event, Rejected. ``due`` holds the events of timers and backlog, which come before
    the commands. A batch that is not ``accepted`` changes nothing.
    """

    accepted: bool
    time_ns: int
    first_seq: int  # of the batch's first command; command i has first_seq + i
    due: list[Event]
    replies: list[list[Event]]


class Exchange(State):
    """The exchange: applies batches and returns their events.

    Two exchanges that have applied the same batches are equal, and so are their
    events, on any machine and at any time.
    """

    def apply(self, batch: Batch) -> Applied:
        """Advance to the batch's time, then run its commands in order.

        Each order command that rests, cancels or fills at existing levels is O(1) in
        the size of books and accounts; at new levels it is O(log n).

        Raises:
            SemanticsError: If this build does not know the commands' semantics.

        """
        if not self._accepts(batch):
            return Applied(False, self.time_ns, self.seq + 1, [], [])  # noqa: FBT003
        self.gateway = batch.gateway
        self.gateways[batch.gateway] = (batch.epoch, batch.n)
        if batch.n == 0:
            restart_graces(self, batch.gateway, max(self.time_ns, batch.time_ns))
        due = self._pass_time(batch)
        self.happening = None
        first_seq = self.seq + 1
        replies: list[list[Event]] = []
        # ``type() is`` rather than ``match``: class patterns on msgspec structs
        # cost 90 ns an arm, and this runs for every command.
        for command in batch.commands:
            if type(command) is _PLACE:
                events = place(self, command)
            elif type(command) is _CANCEL:
                events = cancel(self, command)
            else:
                events = _RARE[type(command)](self, command)
                self.done = 0
            replies.append(events)
            if self.watchful:
                follow(self, events)
        self.seq += len(replies)
        return Applied(True, self.time_ns, first_seq, due, replies)  # noqa: FBT003

    def skip(self, batch: Batch) -> Applied:
        """Skip a batch that cannot be applied, as a SkipRow in the log says.

        The batch becomes its gateway's newest, so that the next batch is accepted.
        Nothing else changes: no time passes, and its commands get no sequence numbers.
        """
        if self._accepts(batch):
            self.gateways[batch.gateway] = (batch.epoch, batch.n)
        return Applied(False, self.time_ns, self.seq + 1, [], [])  # noqa: FBT003

    def apply_without(
        self, batch: Batch, left_out: tuple[tuple[int, int, int], ...]
    ) -> Applied:
        """Apply a batch without some of its timers and backlog, as SkipRows say.

        ``left_out`` names these by time, kind and id. Module ``omissions`` defines what
        happens instead. The rest of the batch takes effect as usual.
        """
        self.left_out = left_out
        applied = self.apply(batch)
        self.left_out = ()
        return applied

    def next_due(self) -> int | None:
        """Return when the next timer or backlog work is due, in ns, or None.

        While there is a backlog, that is the current time.
        """
        return self.time_ns if self.goes_on else self.timers.next_ns()

    @property
    def goes_on(self) -> bool:
        """Whether the next batch has backlog to continue, whatever its time."""
        return waits(self)

    def is_late(self, now_ns: int) -> bool:
        """Tell whether a timer is due by ``now_ns``. O(1)."""
        due_ns = self.timers.next_ns()
        return due_ns is not None and due_ns <= now_ns

    def check(self) -> None:
        """Assert every invariant. Linear in the state; for tests and audits."""
        check(self)

    def snapshot(self) -> bytes:
        """Return the whole state in canonical form: equal states give equal bytes."""
        return snapshot(self)

    @classmethod
    def restore(cls, data: bytes) -> Exchange:
        """Return the exchange restored from the bytes of ``snapshot``.

        Raises:
            ValueError: If ``data`` is not a snapshot of this format.
            SemanticsError: If it needs semantics that this build does not know.

        """
        exchange = cls()
        restore(exchange, data)
        return exchange

    def digest(self) -> bytes:
        """Return the BLAKE2b-256 of the snapshot. Linear in the state."""
        return digest(self.snapshot())

    def _accepts(self, batch: Batch) -> bool:
        """Tell whether this is the next batch of its gateway's newest epoch.

        Batch 0 opens a newer epoch.
        """
        epoch, n = self.gateways.get(batch.gateway, (0, 0))
        if batch.n == 0:
            opens = (
                len(batch.commands) == 1 and type(batch.commands[0]) is GatewayOpened
            )
            return opens and batch.epoch > epoch
        return batch.epoch == epoch and batch.n == n + 1 and epoch > 0

    def _pass_time(self, batch: Batch) -> list[Event]:
        """Advance to a batch's time: fire the due timers, then continue the backlog.

        A batch with a single AdvanceTime stops early, once a slice is done and no step
        of the trading day is due next. Another such batch continues there.
        """
        events: list[Event] = []
        time_ns = max(self.time_ns, batch.time_ns)
        partly = _advances(batch)
        self.unfinished = False
        fired = 0
        while (due := self.timers.take(time_ns)) is not None:
            self.time_ns = max(self.time_ns, due[0])
            self.done = len(events)
            self.happening = due
            if due in self.left_out:
                happened = leave_out(self, due[1], due[2])
            else:
                happened = _fire(self, due[1], due[2])
            if self.watchful:
                follow(self, happened, len(events))
            events += happened
            fired += 1
            if partly and max(len(events), fired) >= work.SLICE:
                following = self.timers.first()
                if following is not None and _may_wait(following, time_ns):
                    self.unfinished = following[0] == self.time_ns
                    break
        else:  # no break: all due timers have fired
            self.time_ns = time_ns
        self.done = 0
        if self.cancels or self.reaching:
            events += go_on(self, len(events))
        return events


def _advances(batch: Batch) -> bool:
    """Tell whether a batch only advances time."""
    return len(batch.commands) == 1 and type(batch.commands[0]) is AdvanceTime


def _may_wait(due: tuple[int, int, int], time_ns: int) -> bool:
    """Tell whether a timer due by ``time_ns`` may be left to a later batch.

    A step of the trading day, or its end, may not: they cost little and change phases.
    """
    return due[0] <= time_ns and due[1] < Due.STEP


def _fire(state: State, kind: Due, number: int) -> list[Event]:
    """Fire a timer."""
    if kind is Due.EXPIRY:
        order = state.timers.expiring[number]
        return [cancel_open(order, CancelReason.EXPIRED)]
    if kind is Due.COUNTDOWN:
        return fire_countdown(state, number)
    if kind is Due.GRACE:
        return end_grace(state, number)
    if kind is Due.AUCTION:
        return close_due_auction(state, number)
    if kind is Due.CALL:
        return end_call(state, state.listed[number])
    if kind is Due.STEP:
        return step(state, state.listed[number])
    return end_day(state)


def _mark(
    state: State, command: AdvanceTime | GatewayOpened | Checkpoint | SkipRow
) -> list[Event]:
    """Accept a command that only marks the log; refuse it unless the venue sent it."""
    return [] if command.key == VENUE_KEY else [Rejected(Reason.NOT_PERMITTED)]


# The handlers of the rarer commands. Each accepts its own command type, which the
# annotation cannot express.
_RARE: dict[type[Command], Callable[[State, Any], list[Event]]] = {
    AmendOrder: amend,
    CancelAll: cancel_all,
    ListInstrument: list_instrument,
    UpdateInstrument: update_instrument,
    DelistInstrument: delist_instrument,
    HaltInstrument: halt,
    ResumeInstrument: resume,
    SetComposite: set_composite,
    SuspendVenue: suspend_venue,
    AnnulTrade: annul,
    ResumeVenue: resume_venue,
    RegisterParticipant: register_participant,
    AddKey: add_key,
    RevokeKey: revoke_key,
    OpenAccount: open_account,
    RestrictParticipant: restrict,
    Deposit: move,
    Withdraw: move,
    Issue: move,
    Transfer: move,
    Surrender: move,
    Retire: move,
    Freeze: freeze,
    Unfreeze: freeze,
    SetObligation: set_obligation,
    SetEligibility: set_eligibility,
    BeginDay: begin_day,
    EndDay: end_now,
    CancelDay: cancel_day,
    AdvanceTime: _mark,
    GatewayOpened: _mark,
    Checkpoint: _mark,
    SkipRow: _mark,
    ActivateSemantics: semantics.activate,
    HideOrderIds: hide_order_ids,
    ProposeBlock: propose,
    AcceptBlock: accept,
    DeclineBlock: decline,
    WithdrawBlock: withdraw_block,
    OpenAuction: open_auction,
    PlaceBid: place_bid,
    CancelBid: cancel_bid,
    CloseAuction: close_auction,
    SessionOpened: session_opened,
    SessionClosed: session_closed,
    SetCountdown: set_countdown,
}
