"""The rules of one-way auctions: completing their terms, checking auctions and bids.

Checks run in the order of precedence of their reasons; nothing here changes state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from carbonex.engine.commands import MAX_PRICE
from carbonex.engine.enums import BUY, SELL, Reason
from carbonex.engine.events import Rejected
from carbonex.engine.market.rules import (
    bad_tick,
    half_up,
    limit_down,
    limit_up,
    out_of_bounds,
)
from carbonex.engine.orders.refusals import (
    halted,
    not_permitted,
    restricted,
    too_many_open,
)
from carbonex.engine.registry.refs import bad_ref, too_many_refs

from .allotment import rank
from .settlement import bad_lots, lacking


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Participant
    from carbonex.engine.commands import OpenAuction, PlaceBid
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument, State

    from .auctions import Auction
    from .settlement import Stake


T = TypeVar("T")


def complete(instrument: Instrument, command: OpenAuction) -> OpenAuction:
    """Fill in the values that the command leaves to the instrument's terms."""
    usual = instrument.terms.auctions
    reserve = half_up(instrument.reference * usual.reserve_permille, 1000)
    return replace(
        command,
        reserve=_given(command.reserve, reserve),
        bidder_limit=_given(command.bidder_limit, usual.bidder_limit),
        pricing=_given(command.pricing, usual.pricing),
        too_few_bids=_given(command.too_few_bids, usual.too_few_bids),
        sealed=_given(command.sealed, usual.sealed),
    )


def price_limit_of(instrument: Instrument, side: Side) -> int:
    """Return the best price in fen that bids may have; 0 means no limit.

    ``side`` is the auction's.
    """
    permille, reference = instrument.terms.auctions.band_permille, instrument.reference
    if not (permille and reference):
        return 0
    limit = limit_up if side is SELL else limit_down
    return limit(reference, permille)


def unopenable(
    state: State, terms: OpenAuction, stake: Stake, price_limit: int
) -> Rejected | None:
    """Check a new auction with completed ``terms``, by precedence of reasons."""
    instrument, account = stake.instrument, stake.account
    return (
        bad_ref(terms.client_ref)
        or _bad_window(state, terms)
        or _bad_numbers(terms)
        or restricted(account, terms.side)
        or _not_auctioned(state, instrument)
        or bad_lots(instrument.terms, terms.quantity)
        or _reserve_out_of_band(terms, price_limit)
        or lacking(stake)
        or too_many_refs(account)
    )


def unplaceable(
    state: State, account: Account | None, auction: Auction | None, command: PlaceBid
) -> Rejected | None:
    """Check a new bid by precedence of reasons."""
    auction_id = command.auction_id
    if account is None:
        return not_permitted(command.key)
    if not 0 < auction_id <= state.last_auction_id:
        return Rejected(Reason.UNKNOWN_AUCTION, "auction_id", auction_id)
    rejected = bad_ref(command.client_ref)
    if rejected is not None:
        return rejected
    if auction is None:
        return _over(state, account, command)
    terms = auction.instrument.terms
    stake = auction.stake_of(account, command)
    return (
        restricted(account, stake.side)
        or _halted(state, auction)
        or bad_lots(terms, command.quantity)
        or bad_tick(terms, "price", command.price)
        or _out_of_band(auction, command)
        or _too_early(state, auction)
        or _beyond_reserve(auction, command)
        or _beyond_bidder_limit(auction, account.participant, command)
        or lacking(stake)
        or _own_auction(auction, account)
        or too_many_refs(account)
        or too_many_open(account)
    )


def _given(value: T | None, usual: T) -> T:
    return usual if value is None else value


def _bad_window(state: State, terms: OpenAuction) -> Rejected | None:
    """Check that the window is not empty or over and lies within the open day."""
    opens, closes = terms.opens_ns, terms.closes_ns
    if opens >= closes:
        return Rejected(Reason.BAD_PARAMETER, "opens", opens, closes)
    if closes <= state.time_ns:
        return Rejected(Reason.BAD_PARAMETER, "closes", closes, state.time_ns)
    if state.day and closes > state.day_ends_ns:
        return Rejected(Reason.BAD_PARAMETER, "closes", closes, state.day_ends_ns)
    return None


def _bad_numbers(terms: OpenAuction) -> Rejected | None:
    """Check reserve and bidder limit; a buyer must name a reserve, which is locked."""
    reserve, limit = terms.reserve or 0, terms.bidder_limit or 0
    least = 1 if terms.side is BUY else 0
    rejected = out_of_bounds(Reason.BAD_PARAMETER, "reserve", reserve, least, MAX_PRICE)
    if rejected is None and limit < 0:
        return Rejected(Reason.BAD_PARAMETER, "bidder_limit", limit)
    return rejected


def _not_auctioned(state: State, instrument: Instrument) -> Rejected | None:
    if not (instrument.terms.auctions.allowed and instrument.tradable):
        return Rejected(Reason.NOT_TRADABLE, "instrument")
    return None if state.day else Rejected(Reason.MARKET_CLOSED, "instrument")


def _reserve_out_of_band(terms: OpenAuction, price_limit: int) -> Rejected | None:
    """Check that a bid can meet both the reserve and the price limit."""
    reserve = terms.reserve or 0
    if not (reserve and price_limit):
        return None
    if rank(terms.side, reserve) >= rank(terms.side, price_limit):
        return None
    return Rejected(Reason.PRICE_OUT_OF_BAND, "reserve", reserve, price_limit)


def _halted(state: State, auction: Auction) -> Rejected | None:
    if state.halts(auction.instrument):
        return halted(state, "auction_id", auction.auction_id)
    return None


def _out_of_band(auction: Auction, command: PlaceBid) -> Rejected | None:
    """Check that a bid is not better than the price limit, which is allowed itself."""
    limit = auction.price_limit
    if not limit or rank(auction.side, command.price) >= rank(auction.side, limit):
        return None
    return Rejected(Reason.PRICE_OUT_OF_BAND, "price", command.price, limit)


def _over(state: State, account: Account, command: PlaceBid) -> Rejected:
    """Reject a bid in an auction that is over and no longer in the registers.

    The side is unknown, so only what holds for either side is checked first: a
    participant that may not even sell, and a quantity below 1.
    """
    closed = Rejected(Reason.WINDOW_CLOSED, "auction_id", command.auction_id)
    rejected = restricted(account, SELL)
    if rejected is None and command.quantity < 1:
        rejected = Rejected(Reason.BAD_QTY, "quantity", command.quantity, 1)
    return rejected or closed


def _too_early(state: State, auction: Auction) -> Rejected | None:
    # No check of the end: timers close an auction before any later command is applied.
    opens = auction.command.opens_ns
    if state.time_ns >= opens:
        return None
    return Rejected(Reason.WINDOW_CLOSED, "auction_id", state.time_ns, opens)


def _beyond_reserve(auction: Auction, command: PlaceBid) -> Rejected | None:
    """Check that a bid is not worse than the reserve."""
    reserve = auction.reserve
    if not reserve or rank(auction.side, command.price) <= rank(auction.side, reserve):
        return None
    return Rejected(Reason.BELOW_RESERVE, "price", command.price, reserve)


def _beyond_bidder_limit(
    auction: Auction, bidder: Participant, command: PlaceBid
) -> Rejected | None:
    """Check a participant's total bid quantity, over all its accounts."""
    limit = auction.command.bidder_limit
    if not limit:
        return None
    asked = command.quantity + sum(
        bid.command.quantity
        for account in bidder.accounts.values()
        for bid in account.bids.values()
        if bid.command.auction_id == auction.auction_id
    )
    if asked <= limit:
        return None
    return Rejected(Reason.BID_LIMIT, "quantity", asked, limit)


def _own_auction(auction: Auction, account: Account) -> Rejected | None:
    if auction.account.participant is not account.participant:
        return None
    return Rejected(Reason.SELF_TRADE, "auction_id", auction.auction_id)
