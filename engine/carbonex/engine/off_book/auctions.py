"""One-way auctions: an account sells to (or buys from) the best bids in a window.

A bid locks its cost at its own price. When the window closes, all locks are released
and the winners settle, outside the book (MARKET-RULES §4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.engine.enums import BUY, SELL, BidEnd, Method, Permission, Reason
from carbonex.engine.events import AuctionOpened, BidPlaced, Rejected
from carbonex.engine.orders.refusals import halted, not_permitted
from carbonex.engine.registry.refs import answered_before, remember
from carbonex.engine.timers import Due

from .auction_ends import cancel, close, drop
from .auction_rules import complete, price_limit_of, unopenable, unplaceable
from .settlement import Stake, lock, opposite


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.commands import CancelBid, CloseAuction, OpenAuction, PlaceBid
    from carbonex.engine.enums import Side
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State


AUCTION: Final = Method.AUCTION


@final
class Bid:
    """A live bid in an open auction."""

    __slots__ = ("bid_id", "command", "stake")

    def __init__(self, bid_id: int, command: PlaceBid, stake: Stake) -> None:
        self.bid_id = bid_id
        self.command = command
        self.stake = stake

    @property
    def account(self) -> Account:
        return self.stake.account


@final
class Auction:
    """An auction that is not closed yet, with its bids by number.

    ``command`` is complete: none of its fields is None.
    """

    __slots__ = ("auction_id", "bids", "command", "stake")

    def __init__(self, auction_id: int, command: OpenAuction, stake: Stake) -> None:
        self.auction_id = auction_id
        self.command = command
        self.stake = stake
        self.bids: dict[int, Bid] = {}

    @property
    def account(self) -> Account:
        return self.stake.account

    @property
    def instrument(self) -> Instrument:
        return self.stake.instrument

    @property
    def side(self) -> Side:
        return self.stake.side

    @property
    def reserve(self) -> int:
        """The lowest price of a bid in fen (when buying: the highest); 0 for none."""
        return self.stake.price

    @property
    def price_limit(self) -> int:
        """The highest price of a bid in fen (when buying: the lowest); 0 for none.

        Constant, because P0 is: an auction closes within its trading day.
        """
        return price_limit_of(self.instrument, self.side)

    @property
    def closes_ns(self) -> int:
        return self.command.closes_ns

    @property
    def sealed(self) -> bool:
        return bool(self.command.sealed)

    def stake_of(self, account: Account, command: PlaceBid) -> Stake:
        """Return the stake of a bid by ``account``."""
        side, quantity = opposite(self.side), command.quantity
        return Stake(self.instrument, account, side, command.price, quantity, AUCTION)


def enter_auction(state: State, auction_id: int, command: OpenAuction) -> Auction:
    """Register an auction with a complete command; the caller sets lock and timer."""
    account = state.accounts[command.account]
    instrument = state.instruments[command.instrument]
    stake = _stake(instrument, account, command)
    auction = Auction(auction_id, command, stake)
    state.auctions[auction_id] = auction
    return auction


def enter_bid(state: State, bid_id: int, command: PlaceBid) -> Bid:
    """Register a bid in its auction and account; the caller locks its stake."""
    account = state.accounts[command.account]
    auction = state.auctions[command.auction_id]
    bid = Bid(bid_id, command, auction.stake_of(account, command))
    auction.bids[bid_id] = account.bids[bid_id] = bid
    return bid


def open_auction(state: State, command: OpenAuction) -> list[Event]:
    """Open a one-way auction for an account (see OpenAuction)."""
    permitted = state.permits(command.key, Permission.OPERATE)
    account = state.accounts.get(command.account)
    known = answered_before(account if permitted else None, command)
    if known is not None:
        return [known]
    instrument = state.instruments.get(command.instrument)
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if not permitted:
        return [Rejected(Reason.NOT_PERMITTED)]
    if account is None:
        return [Rejected(Reason.UNKNOWN_ACCOUNT, "account")]
    terms = complete(instrument, command)
    price_limit = price_limit_of(instrument, command.side)
    stake = _stake(instrument, account, terms)
    rejected = unopenable(state, terms, stake, price_limit)
    if rejected is not None:
        return [rejected]
    auction_id = state.last_auction_id = state.last_auction_id + 1
    lock(enter_auction(state, auction_id, terms).stake)
    state.timers.set(terms.closes_ns, Due.AUCTION, auction_id)
    bidding = terms.opens_ns <= state.time_ns
    answer = AuctionOpened(auction_id, price_limit, terms, bidding=bidding)
    remember(account, command, answer)
    return [answer]


def place_bid(state: State, command: PlaceBid) -> list[Event]:
    """Place a bid in an open window. O(1) plus the number of the participant's bids."""
    account = state.trader(command.key, command.account)
    known = answered_before(account, command)
    if known is not None:
        return [known]
    auction = state.auctions.get(command.auction_id)
    rejected = unplaceable(state, account, auction, command)
    if rejected is not None:
        return [rejected]
    assert account is not None
    assert auction is not None
    bid_id = state.last_bid_id = state.last_bid_id + 1
    lock(enter_bid(state, bid_id, command).stake)
    answer = BidPlaced(bid_id, auction.sealed, command)
    remember(account, command, answer)
    return [answer]


def cancel_bid(state: State, command: CancelBid) -> list[Event]:
    """Cancel one of the account's own bids while its auction is open."""
    account = state.trader(command.key, command.account)
    if account is None:
        return [not_permitted(command.key)]
    bid = account.bids.get(command.bid_id)
    if bid is None:
        return [Rejected(Reason.UNKNOWN_BID, "bid_id", command.bid_id)]
    return [drop(state, bid, BidEnd.CANCELLED)]


def close_auction(state: State, command: CloseAuction) -> list[Event]:
    """Close an auction early, or cancel it."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    auction = state.auctions.get(command.auction_id)
    if auction is None:
        return [Rejected(Reason.UNKNOWN_AUCTION, "auction_id", command.auction_id)]
    if command.cancel:
        return cancel(state, auction)
    if state.halts(auction.instrument):
        return [halted(state, "auction_id", command.auction_id)]
    return close(state, auction)


def close_due_auction(state: State, auction_id: int) -> list[Event]:
    """Close an auction whose window is over. O(n log n) in its bids.

    Nothing settles during a halt: an auction whose window ends in one is cancelled.
    """
    auction = state.auctions[auction_id]
    if state.halts(auction.instrument):
        return cancel(state, auction)
    return close(state, auction)


def cancel_auctions(state: State, instrument: Instrument) -> list[Event]:
    """Cancel all auctions of an instrument, oldest first."""
    auctions = [a for a in state.auctions.values() if a.instrument is instrument]
    return [event for auction in auctions for event in cancel(state, auction)]


def drop_bids(state: State, participant: Participant, side: Side | None) -> list[Event]:
    """End a participant's bids, oldest first, and cancel its auctions.

    ``side`` narrows the choice to those that would buy, or sell; None: all.
    """
    sides = (BUY, SELL) if side is None else (side,)
    bids = [
        bid
        for account in participant.accounts.values()
        for bid in account.bids.values()
        if bid.stake.side in sides
    ]
    bids.sort(key=lambda bid: bid.bid_id)
    events: list[Event] = [drop(state, bid, BidEnd.RESTRICTED) for bid in bids]
    for auction in list(state.auctions.values()):
        own = auction.account.participant is participant
        if own and auction.stake.side in sides:
            events += cancel(state, auction)
    return events


def _stake(instrument: Instrument, account: Account, command: OpenAuction) -> Stake:
    """Return the stake of an auction with a complete command."""
    reserve = command.reserve or 0
    return Stake(instrument, account, command.side, reserve, command.quantity, AUCTION)
