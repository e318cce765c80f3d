"""The model: what each command, and time by itself, must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.engine import (
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
    CancelReason,
    Checkpoint,
    CloseAuction,
    Command,
    DeclineBlock,
    DelistInstrument,
    Deposit,
    EndDay,
    Event,
    Freeze,
    GatewayOpened,
    HaltInstrument,
    HideOrderIds,
    Issue,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    Phase,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    Reason,
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
    work,
)
from carbonex.engine.timers import Due

from . import calls, clock, matching
from .changes import closing, market, mass, offers, orders, registry, sessions, undoing
from .changes.announcing import announce
from .changes.follow import enter, follow, tell
from .reasons import first, who
from .world import World


if TYPE_CHECKING:
    from collections.abc import Callable


class Model(World):
    """Predicts exactly what an exchange does; of a refusal, its reason alone."""

    fired = 0  # dues of the time that passes

    def apply(self, command: Command) -> list[Event]:
        """Do what ``command`` says, or refuse it."""
        events = follow(self, _CHANGES[type(command)](self, command))
        self.done = 0
        return events

    def pass_time(self, now: int, *, partly: bool = False) -> list[Event]:
        """Let time come to ``now`` and return what it does by itself.

        ``partly`` only until a slice is done, if what comes next may wait.
        """
        events: list[Event] = []
        now, stopped = max(now, self.now), False
        while not stopped and (dues := self.dues()) and dues[0][0] <= now:
            # Nothing that happens at an instant undoes what else is due then.
            self.now, self.unfinished = dues[0][0], False
            instant = [due for due in dues if due[0] == self.now]
            while instant and not stopped:
                _, kind, number = instant.pop(0)
                self.done, self.fired = len(events), self.fired + 1
                events += follow(self, self._happen(kind, number), self.done)
                full = partly and max(len(events), self.fired) >= work.SLICE
                following = instant or self.dues()
                if full and following and following[0][0] <= now:
                    stopped = following[0][1] < Due.STEP
                    self.unfinished = stopped and following[0][0] == self.now
        self.now = self.now if stopped else now
        self.unfinished = self.unfinished and stopped
        self.done = self.fired = 0
        return [*events, *self._go_on(max(work.SLICE - len(events), 1))]

    def dues(self) -> list[tuple[int, Due, int]]:
        """Return all that time will do by itself, soonest first."""
        return clock.dues(self)

    def restart(self, now: int) -> list[Event]:
        """Let the gateway start anew at ``now``, then let time come to it."""
        sessions.restart(self, now)
        return self.pass_time(now)

    def _go_on(self, room: int) -> list[Event]:
        """Do a slice of what goes on from batch to batch."""
        events = mass.go_on(self, room)
        entered: list[Event] = []
        enter(self, [*self.reaching], entered, room)
        self.reaching = self.reaching[1:] + self.reaching[:1]
        return tell(self, events + entered)

    def _happen(self, kind: Due, number: int) -> list[Event]:
        papers = [*self.papers.values()]
        match kind:
            case Due.EXPIRY:
                row = self.rows[number - 1]
                return [matching.cancel(self, row, CancelReason.EXPIRED)]
            case Due.COUNTDOWN:
                return sessions.fire(self, number)
            case Due.GRACE:
                return sessions.end(self, number)
            case Due.AUCTION:
                return offers.close_due_sale(self, number)
            case Due.CALL:
                paper = papers[number]
                events = calls.end(self, paper)
                trades = clock.now_planned(self, paper) is Phase.TRADING
                return events + (announce(self, paper) if trades else [])
            case Due.STEP:
                return market.step(self, papers[number])
            case Due.DAY:
                return closing.end_day(self)


def _mark(
    _: World, command: AdvanceTime | Checkpoint | GatewayOpened | SkipRow
) -> list[Event]:
    return first(who.venue(command.key))


def _activate(_: World, command: ActivateSemantics) -> list[Event]:
    """Refuse it: there is one meaning, which a log has from its beginning."""
    return first([*who.venue(command.key), Reason.BAD_PARAMETER])


def _hide(world: World, command: HideOrderIds) -> list[Event]:
    """Keep the first secret of 32 bytes, and which orders came before it."""
    bad = [Reason.BAD_PARAMETER] if world.secret or len(command.secret) != 32 else []
    events = first([*who.venue(command.key), *bad])
    if not events:
        world.secret, world.plain_ids = command.secret, len(world.rows)
        world.plain_blocks, world.plain_bids = world.last_block, world.last_bid
    return events


# What each kind of command does. Function and command type match pairwise.
_CHANGES: dict[type[Command], Callable[[World, Any], list[Event]]] = {
    PlaceOrder: orders.place,
    AmendOrder: orders.amend,
    CancelOrder: orders.cancel,
    CancelAll: orders.cancel_all,
    ListInstrument: market.list_,
    UpdateInstrument: market.update,
    DelistInstrument: market.delist,
    HaltInstrument: market.halt,
    ResumeInstrument: market.resume,
    SetComposite: market.compose,
    SuspendVenue: market.suspend,
    AnnulTrade: undoing.annul,
    ResumeVenue: market.resume_all,
    BeginDay: market.begin,
    EndDay: undoing.end_now,
    CancelDay: undoing.cancel_day,
    AdvanceTime: _mark,
    Checkpoint: _mark,
    SkipRow: _mark,
    ActivateSemantics: _activate,
    HideOrderIds: _hide,
    GatewayOpened: _mark,
    RegisterParticipant: registry.register,
    OpenAccount: registry.open_account,
    AddKey: registry.add_key,
    RevokeKey: registry.revoke,
    RestrictParticipant: registry.restrict,
    SetObligation: registry.oblige,
    SetEligibility: registry.entitle,
    Deposit: registry.move,
    Withdraw: registry.move,
    Issue: registry.move,
    Transfer: registry.move,
    Surrender: registry.move,
    Retire: registry.move,
    Freeze: registry.freeze,
    Unfreeze: registry.freeze,
    ProposeBlock: offers.propose,
    AcceptBlock: offers.accept,
    DeclineBlock: offers.decline,
    WithdrawBlock: offers.withdraw,
    OpenAuction: offers.open_auction,
    PlaceBid: offers.bid,
    CancelBid: offers.cancel_bid,
    CloseAuction: offers.close,
    SessionOpened: sessions.opened,
    SessionClosed: sessions.closed,
    SetCountdown: sessions.count_down,
}
