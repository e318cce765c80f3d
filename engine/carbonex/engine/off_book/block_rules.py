"""The rules of block trades: their price limits, and the checks of proposals.

Checks run in the order of precedence of their reasons; nothing here changes state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine.enums import SELL, Method, Reason
from carbonex.engine.events import Rejected
from carbonex.engine.market.phases import closed, takes_blocks
from carbonex.engine.market.rules import bad_tick, limit_down, limit_up, out_of_bounds
from carbonex.engine.orders.refusals import (
    barred,
    halted,
    not_permitted,
    restricted,
    too_many_open,
)
from carbonex.engine.registry.refs import bad_ref, too_many_refs
from carbonex.engine.state import VENUE_KEY

from .settlement import Stake, bad_lots, lacking, opposite


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.commands import AcceptBlock, ProposeBlock
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument, State

    from .blocks import Proposal


def stake_of(instrument: Instrument, account: Account, command: ProposeBlock) -> Stake:
    """Return the stake of a proposal by ``account``."""
    return Stake(
        instrument, account, command.side, command.price, command.quantity, Method.BLOCK
    )


def block_limits(instrument: Instrument) -> tuple[int, int]:
    """Return the lowest and highest price of a block in fen; zeros mean no bound."""
    permille, reference = instrument.terms.blocks.band_permille, instrument.reference
    if not (permille and reference):
        return 0, 0
    return limit_down(reference, permille), limit_up(reference, permille)


def unproposable(
    state: State, account: Account | None, command: ProposeBlock
) -> Rejected | None:
    """Check a new proposal by precedence of reasons."""
    instrument = state.instruments.get(command.instrument)
    if instrument is None:
        return Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
    # Two checks: clients get NOT_PERMITTED, which precedes UNKNOWN_PARTICIPANT; the
    # venue itself gets UNKNOWN_ACCOUNT, which follows it.
    if account is None and command.key != VENUE_KEY:
        return not_permitted(command.key)
    if command.counterparty not in state.participants:
        return Rejected(Reason.UNKNOWN_PARTICIPANT, "counterparty")
    if account is None:
        return not_permitted(command.key)
    return (
        bad_ref(command.client_ref)
        or _same_side(state, account, command)
        or restricted(account, command.side)
        or _other_restricted(
            state.participants[command.counterparty],
            opposite(command.side),
            "counterparty",
        )
        or _not_open(state, instrument, "instrument")
        or _bad_terms(instrument, command)
        or _uncounterable(state, account, command)
        or lacking(stake_of(instrument, account, command))
        or too_many_refs(account)
        or too_many_open(account)
    )


def unacceptable(
    state: State,
    account: Account | None,
    proposal: Proposal | None,
    command: AcceptBlock,
) -> Rejected | None:
    """Check the acceptance of a proposal by precedence of reasons."""
    if account is None:
        return not_permitted(command.key)
    rejected = bad_ref(command.client_ref)
    if rejected is not None:
        return rejected
    if proposal is None:
        # The side is unknown here: only a participant that may trade on neither side is
        # restricted for certain.
        rejected = restricted(account, SELL)
        return rejected or no_such("block_id", command.block_id)
    offer = proposal.stake
    stake = offer.answer(account)
    return (
        restricted(account, stake.side)
        or _other_restricted(proposal.proposer, offer.side, "block_id")
        or _not_open(state, offer.instrument, "block_id")
        or not_asked(proposal, account)
        or _lacking(stake)
        or too_many_refs(account)
    )


def not_asked(proposal: Proposal, account: Account) -> Rejected | None:
    """Check that the proposal was made to the account's participant."""
    if proposal.command.counterparty == account.participant.name:
        return None
    return Rejected(Reason.COUNTERPARTY_MISMATCH, "account")


def no_such(param: str, block_id: int) -> Rejected:
    """Reject a number that no open proposal has."""
    return Rejected(Reason.NO_SUCH_PROPOSAL, param, block_id)


def _other_restricted(
    participant: Participant, side: Side, param: str
) -> Rejected | None:
    """Check that supervision lets the other party, named by ``param``, trade."""
    return Rejected(Reason.RESTRICTED, param) if barred(participant, side) else None


def _not_open(state: State, instrument: Instrument, param: str) -> Rejected | None:
    """Check that blocks of the instrument trade now."""
    if not (instrument.terms.blocks.min_quantity and instrument.tradable):
        return Rejected(Reason.NOT_TRADABLE, param)
    if not state.step_of(instrument).blocks:
        return closed(state, instrument, param, takes_blocks)
    return halted(state, param) if state.halts(instrument) else None


def _bad_terms(instrument: Instrument, command: ProposeBlock) -> Rejected | None:
    """Check quantity and price."""
    terms = instrument.terms
    rejected = bad_lots(terms, command.quantity)
    if rejected is not None:
        return rejected
    quantity, least = command.quantity, terms.blocks.min_quantity
    if quantity < least:
        return Rejected(Reason.QTY_BELOW_BLOCK_MIN, "quantity", quantity, least)
    return bad_tick(terms, "price", command.price) or _out_of_band(
        instrument, command.price
    )


def _out_of_band(instrument: Instrument, price: int) -> Rejected | None:
    low, high = block_limits(instrument)
    if not high:
        return None
    return out_of_bounds(Reason.BLOCK_PRICE_OUT_OF_BAND, "price", price, low, high)


def _fits(proposal: Proposal, account: Account, command: ProposeBlock) -> bool:
    """Tell whether ``command`` answers ``proposal`` and goes back to its proposer."""
    return (
        proposal.proposer.name == command.counterparty
        and proposal.command.counterparty == account.participant.name
        and proposal.command.instrument == command.instrument
    )


def _same_side(
    state: State, account: Account, command: ProposeBlock
) -> Rejected | None:
    """Check that a counter-offer is on the opposite side of the proposal it answers."""
    proposal = state.blocks.get(command.counters)
    if proposal is None or not _fits(proposal, account, command):
        return None
    if proposal.command.side is not command.side:
        return None
    return Rejected(Reason.BAD_PARAMETER, "side")


def _uncounterable(
    state: State, account: Account, command: ProposeBlock
) -> Rejected | None:
    """Check the counterparty and, for a counter-offer, the proposal it answers."""
    proposal = state.blocks.get(command.counters)
    if proposal is not None:
        own = proposal.side_of(account.participant)
        proposal = None if own is None else proposal
    if command.counters and proposal is None:
        return no_such("counters", command.counters)
    if command.counterparty == account.participant.name:
        return Rejected(Reason.COUNTERPARTY_MISMATCH, "counterparty")
    if proposal is not None and not _fits(proposal, account, command):
        return Rejected(Reason.COUNTERPARTY_MISMATCH, "counters", command.counters)
    return None


def _lacking(stake: Stake) -> Rejected | None:
    """Check what accepting needs; blame ``block_id``: the proposal sets the need."""
    rejected = lacking(stake)
    return None if rejected is None else replace(rejected, param="block_id")
