"""Participants' obligations for their emissions, and surrenders that meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.accounts import NOTHING, Obligation
from carbonex.engine.commands import MAX_BALANCE, SetObligation
from carbonex.engine.enums import Permission, Reason
from carbonex.engine.events import ObligationSet, Rejected
from carbonex.engine.market.rules import out_of_bounds
from carbonex.engine.orders.refusals import short_of_movable


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.commands import Surrender
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 9999
WHOLE: Final = 1000  # per mille of an obligation: no cap


def set_obligation(state: State, command: SetObligation) -> list[Event]:
    """Set or correct a participant's obligation for a year, in tonnes.

    It cannot fall below what is already surrendered, nor so far that the part from
    capped instruments exceeds the highest of their caps. O(instruments).
    """
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    year = command.year
    obligation = participant.obligations.get(year, Obligation())
    rejected = out_of_bounds(
        Reason.BAD_PARAMETER, "year", year, FIRST_YEAR, LAST_YEAR
    ) or _bad_due(state, obligation, command.due)
    if rejected is not None:
        return [rejected]
    obligation.due = command.due
    participant.obligations[year] = obligation
    return [ObligationSet(command, obligation.surrendered, obligation.offset)]


def unsurrenderable(
    state: State, account: Account, command: Surrender
) -> Rejected | None:
    """Check a surrender of a valid quantity by precedence of reasons. O(1)."""
    quantity = command.quantity
    obligation = account.participant.obligations.get(command.year)
    if obligation is not None:
        left = obligation.due - obligation.surrendered
        if quantity > left:
            return Rejected(Reason.BAD_QTY, "quantity", quantity, left)
    holding = account.holdings.get(command.instrument, NOTHING)
    rejected = short_of_movable(holding, quantity)
    if rejected is not None:
        return rejected
    if obligation is None:
        # Checked this late because its precedence is below that of missing tonnes.
        return Rejected(Reason.OBLIGATION_UNKNOWN, "year", command.year)
    permille = state.instruments[command.instrument].terms.offset_permille
    if permille < WHOLE:
        room = max(obligation.due * permille // WHOLE - obligation.offset, 0)
        if quantity > room:
            return Rejected(Reason.OFFSET_CAP, "quantity", quantity, room)
    return None


def surrender(state: State, account: Account, command: Surrender) -> ObligationSet:
    """Surrender tonnes, which cease to exist; return the updated obligation.

    Tonnes sellable latest go first, free tonnes last (MARKET-RULES §3).
    """
    holding = account.holding(command.instrument)
    holding.take(command.quantity, sorted([0, *holding.maturing], reverse=True))
    instrument = state.instruments[command.instrument]
    instrument.issued -= command.quantity
    participant = account.participant
    obligation = participant.obligations[command.year]
    obligation.surrendered += command.quantity
    if instrument.terms.offset_permille < WHOLE:
        obligation.offset += command.quantity
    terms = SetObligation(command.key, participant.name, command.year, obligation.due)
    return ObligationSet(terms, obligation.surrendered, obligation.offset)


def _bad_due(state: State, obligation: Obligation, due: int) -> Rejected | None:
    least = obligation.surrendered
    rejected = out_of_bounds(Reason.BAD_QTY, "due", due, least, MAX_BALANCE)
    if rejected is not None:
        return rejected
    lowest = _lowest_due(state, obligation)
    return Rejected(Reason.OFFSET_CAP, "due", due, lowest) if due < lowest else None


def _lowest_due(state: State, obligation: Obligation) -> int:
    """Return the lowest obligation that the offset allows, in tonnes.

    New terms may have left the offset above the cap. That forbids lowering the
    obligation, and nothing else.
    """
    caps = [item.terms.offset_permille for item in state.listed]
    highest = max((cap for cap in caps if cap < WHOLE), default=WHOLE)
    offset = obligation.offset * WHOLE
    if offset > obligation.due * highest:
        return obligation.due
    return -(-offset // highest) if offset else 0
