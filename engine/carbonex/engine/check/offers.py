"""Invariants of block proposals, one-way auctions and their bids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import BUY, Method, Restriction


if TYPE_CHECKING:
    from carbonex.engine.off_book.auctions import Auction
    from carbonex.engine.off_book.blocks import Proposal
    from carbonex.engine.off_book.settlement import Stake
    from carbonex.engine.state import State


def check_offers(state: State) -> None:
    """Assert that registers and accounts hold the same valid offers."""
    for number, proposal in state.blocks.items():
        assert 0 < number == proposal.block_id <= state.last_block_id
        _check_proposal(state, proposal)
    bids = 0
    for number, auction in state.auctions.items():
        assert 0 < number == auction.auction_id <= state.last_auction_id
        _check_auction(state, auction)
        bids += len(auction.bids)
    for numbers in (state.blocks, state.auctions):
        assert list(numbers) == sorted(numbers)
    for account in state.accounts.values():
        assert list(account.blocks) == sorted(account.blocks)
        assert list(account.bids) == sorted(account.bids)
    accounts = state.accounts.values()
    assert len(state.blocks) == sum(len(account.blocks) for account in accounts)
    assert bids == sum(len(account.bids) for account in accounts)


def _check_proposal(state: State, proposal: Proposal) -> None:
    command, stake = proposal.command, proposal.stake
    assert proposal.account.blocks[proposal.block_id] is proposal
    assert command.account == proposal.account.name
    counterparty = state.participants[command.counterparty]
    assert counterparty is not proposal.proposer
    assert stake.method is Method.BLOCK
    assert command.quantity >= stake.instrument.terms.blocks.min_quantity > 0
    expected = (command.side, command.price, command.quantity)
    assert (stake.side, stake.price, stake.quantity) == expected
    _check_stake(state, stake, command.instrument)


def _check_auction(state: State, auction: Auction) -> None:
    command, stake = auction.command, auction.stake
    assert None not in (command.pricing, command.too_few_bids, command.sealed)
    assert command.bidder_limit is not None
    assert stake.account is state.accounts[command.account]
    assert command.closes_ns > state.settled_ns
    expected = (command.side, command.reserve, command.quantity)
    assert (stake.side, stake.price, stake.quantity) == expected
    assert stake.method is Method.AUCTION
    _check_stake(state, stake, command.instrument)
    assert list(auction.bids) == sorted(auction.bids)
    for number, bid in auction.bids.items():
        assert 0 < number == bid.bid_id <= state.last_bid_id
        assert bid.command.auction_id == auction.auction_id
        assert bid.command.account == bid.account.name
        assert bid.account.bids[number] is bid
        assert bid.account.participant is not auction.account.participant
        assert bid.stake.side is not auction.side
        assert bid.stake.method is Method.AUCTION
        asked = (bid.command.price, bid.command.quantity)
        assert (bid.stake.price, bid.stake.quantity) == asked
        _check_stake(state, bid.stake, command.instrument)


def _check_stake(state: State, stake: Stake, instrument: str) -> None:
    assert state.day, "open when no trading day is"
    assert stake.instrument is state.instruments[instrument]
    assert stake.instrument.tradable
    assert stake.account is state.accounts[stake.account.name]
    assert stake.quantity > 0
    restriction = stake.account.participant.restriction
    assert restriction is not Restriction.SUSPENDED
    assert restriction is not Restriction.SELL_ONLY or stake.side is not BUY
