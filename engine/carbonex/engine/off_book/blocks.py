"""Block trades: one side proposes; the other accepts, declines or counters.

A proposal locks its proposer's cost. An accepted block settles at once, at a price
within the block band of P0, outside the book (MARKET-RULES §4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine.enums import BlockEnd
from carbonex.engine.events import BlockEnded, BlockProposed
from carbonex.engine.orders.refusals import not_permitted
from carbonex.engine.registry.refs import answered_before, remember

from .block_rules import no_such, not_asked, stake_of, unacceptable, unproposable
from .settlement import lock, opposite, settle, suspended, unlock


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.commands import (
        AcceptBlock,
        DeclineBlock,
        ProposeBlock,
        WithdrawBlock,
    )
    from carbonex.engine.enums import Side
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .settlement import Stake


@final
class Proposal:
    """A block that awaits its counterparty's answer."""

    __slots__ = ("block_id", "command", "stake")

    def __init__(self, block_id: int, command: ProposeBlock, stake: Stake) -> None:
        self.block_id = block_id
        self.command = command
        self.stake = stake

    @property
    def account(self) -> Account:
        return self.stake.account

    @property
    def proposer(self) -> Participant:
        return self.stake.account.participant

    def side_of(self, participant: Participant) -> Side | None:
        """Return the side that a party to the block would trade on; None for others."""
        if participant is self.proposer:
            return self.command.side
        if participant.name == self.command.counterparty:
            return opposite(self.command.side)
        return None


def enter_proposal(state: State, block_id: int, command: ProposeBlock) -> Proposal:
    """Register an open proposal; the caller locks its stake."""
    account = state.accounts[command.account]
    instrument = state.instruments[command.instrument]
    proposal = Proposal(block_id, command, stake_of(instrument, account, command))
    state.blocks[block_id] = account.blocks[block_id] = proposal
    return proposal


def propose(state: State, command: ProposeBlock) -> list[Event]:
    """Propose a block to another participant; a counter-offer ends what it answers."""
    account = state.trader(command.key, command.account)
    known = answered_before(account, command)
    if known is not None:
        return [known]
    rejected = unproposable(state, account, command)
    if rejected is not None:
        return [rejected]
    assert account is not None
    events: list[Event] = []
    if command.counters:
        countered = state.blocks[command.counters]
        events.append(_end(state, countered, BlockEnd.COUNTERED))
    block_id = state.last_block_id = state.last_block_id + 1
    lock(enter_proposal(state, block_id, command).stake)
    answer = BlockProposed(block_id, account.participant.name, command)
    remember(account, command, answer)
    events.append(answer)
    return events


def accept(state: State, command: AcceptBlock) -> list[Event]:
    """Trade a block that was proposed to the account's participant."""
    account = state.trader(command.key, command.account)
    known = answered_before(account, command)
    if known is not None:
        return [known]
    proposal = _shown(state, account, command.block_id)
    rejected = unacceptable(state, account, proposal, command)
    if rejected is not None:
        return [rejected]
    assert account is not None
    assert proposal is not None
    ended = _end(state, proposal, BlockEnd.ACCEPTED, account.name)
    remember(account, command, ended)
    taker = proposal.stake.answer(account)
    return [ended, settle(taker, proposal.account, taker.fee, proposal.block_id)]


def decline(state: State, command: DeclineBlock) -> list[Event]:
    """Decline a proposal, in any phase."""
    account = state.trader(command.key, command.account)
    if account is None:
        return [not_permitted(command.key)]
    proposal = _shown(state, account, command.block_id)
    rejected = suspended(account)
    if proposal is None:
        return [rejected or no_such("block_id", command.block_id)]
    rejected = rejected or not_asked(proposal, account)
    return [rejected or _end(state, proposal, BlockEnd.DECLINED)]


def _shown(state: State, account: Account | None, block_id: int) -> Proposal | None:
    """Return an open proposal to one of its two parties; None to strangers."""
    proposal = state.blocks.get(block_id)
    if proposal is None or account is None:
        return proposal
    return None if proposal.side_of(account.participant) is None else proposal


def withdraw_block(state: State, command: WithdrawBlock) -> list[Event]:
    """Withdraw one of the account's own proposals, in any phase."""
    account = state.trader(command.key, command.account)
    if account is None:
        return [not_permitted(command.key)]
    rejected = suspended(account)
    proposal = account.blocks.get(command.block_id)
    if rejected is not None or proposal is None:
        return [rejected or no_such("block_id", command.block_id)]
    return [_end(state, proposal, BlockEnd.WITHDRAWN)]


def expire_blocks(state: State, instrument: Instrument, end: BlockEnd) -> list[Event]:
    """End all proposals of an instrument, oldest first. Linear in all open ones."""
    ending = [
        proposal
        for proposal in state.blocks.values()
        if proposal.stake.instrument is instrument
    ]
    return [_end(state, proposal, end) for proposal in ending]


def drop_blocks(
    state: State, participant: Participant, side: Side | None
) -> list[Event]:
    """End all proposals to which a participant is a party, oldest first.

    ``side`` narrows the choice to those in which it would buy, or sell; None: all.
    Linear in all open proposals.
    """
    ending: list[Proposal] = []
    for proposal in state.blocks.values():
        own = proposal.side_of(participant)
        if own is not None and (side is None or side is own):
            ending.append(proposal)
    return [_end(state, proposal, BlockEnd.RESTRICTED) for proposal in ending]


def _end(
    state: State, proposal: Proposal, end: BlockEnd, answered_by: str = ""
) -> BlockEnded:
    """Remove a proposal from the registers and release its lock."""
    del state.blocks[proposal.block_id]
    del proposal.account.blocks[proposal.block_id]
    unlock(proposal.stake)
    return BlockEnded(
        proposal.block_id, proposal.proposer.name, proposal.command, end, answered_by
    )
