"""Block proposals and one-way auctions as the auditor keeps them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FEE_UNIT,
    MAX_PRICE,
    SELL,
    AuctionClosed,
    AuctionOpened,
    BidEnd,
    BidEnded,
    BidPlaced,
    BlockEnd,
    BlockEnded,
    BlockProposed,
    Method,
    OffBookTrade,
    OpenAuction,
    PlaceBid,
    Pricing,
    ProposeBlock,
    Side,
    TooFewBids,
    TradeAnnulled,
)

from .floor import band


if TYPE_CHECKING:
    from ledger import Ledger

    from .floor import Floor, Listing
    from .parties import Parties
    from .tape import Tape

CLOSING = {BidEnd.FILLED, BidEnd.PARTLY_FILLED, BidEnd.LOST}


@dataclass
class Auction:
    """An open auction, its bids by number, and what its close has brought so far."""

    terms: OpenAuction
    price_limit: int
    bids: dict[int, PlaceBid] = field(default_factory=dict)
    ended: dict[int, tuple[PlaceBid, BidEnd, int]] = field(default_factory=dict)
    trades: list[OffBookTrade] = field(default_factory=list)


@dataclass
class Need:
    """What an offer locks: fen, or tonnes of the instrument."""

    account: str
    instrument: str
    side: Side
    amount: int
    quantity: int


class Offers:
    """Keeps proposals and auctions; an accepted block must trade at once."""

    def __init__(
        self, floor: Floor, parties: Parties, ledger: Ledger, tape: Tape
    ) -> None:
        self.floor, self.parties, self.ledger, self.tape = floor, parties, ledger, tape
        self.blocks: dict[int, ProposeBlock] = {}
        self.auctions: dict[int, Auction] = {}
        self.accepted: tuple[int, ProposeBlock, str] | None = None
        self.countered: tuple[int, ProposeBlock] | None = None
        self.turnovers: Counter[int] = (
            Counter()
        )  # of auctions, without what was annulled
        self.last_block = self.last_auction = self.last_bid = 0

    def finish(self) -> None:
        """End a command: nothing that was begun is left undone."""
        assert self.accepted is None
        assert self.countered is None
        assert not any(
            auction.ended or auction.trades for auction in self.auctions.values()
        )
        for auction in self.auctions.values():
            late = self.floor.now - self.floor.crowded
            assert auction.terms.closes_ns > late
        for terms in self.blocks.values():
            assert self.floor.date
            assert self.floor.listings[terms.instrument].tradable

    def proposed(self, event: BlockProposed) -> None:
        terms, parties = event.terms, self.parties
        self.last_block += 1
        assert event.block_id == self.last_block
        assert event.proposer == parties.owners[terms.account] != terms.counterparty
        listing = self.floor.listings[terms.instrument]
        assert listing.blocks
        assert parties.may_enter(terms.account, terms.side)
        assert terms.quantity >= listing.terms.blocks.min_quantity > 0
        assert terms.quantity % listing.terms.lot == 0
        assert terms.price % listing.terms.tick == 0
        low, high = listing.block_band
        assert low <= terms.price <= (high or MAX_PRICE)
        if self.countered is not None:
            number, first = self.countered
            assert terms.counters == number
            assert terms.counterparty == parties.owners[first.account]
            assert first.counterparty == event.proposer
            assert first.instrument == terms.instrument
            assert first.side is not terms.side
            self.countered = None
        self.blocks[event.block_id] = terms

    def block_ended(self, event: BlockEnded) -> None:
        terms = self.blocks.pop(event.block_id)
        assert event.terms == terms
        assert event.proposer == self.parties.owners[terms.account]
        listing = self.floor.listings[terms.instrument]
        other = SELL if terms.side is BUY else BUY
        accepted = event.end is BlockEnd.ACCEPTED
        assert bool(event.answered_by) is accepted
        if accepted:
            assert listing.blocks
            assert self.parties.may_enter(terms.account, terms.side)
            assert self.parties.may_enter(event.answered_by, other)
            assert self.parties.owners[event.answered_by] == terms.counterparty
            self.accepted = event.block_id, terms, event.answered_by
        elif event.end is BlockEnd.COUNTERED:
            self.countered = event.block_id, terms
        elif event.end is BlockEnd.RESTRICTED:
            stays = self.parties.may_be_party(terms.counterparty, other)
            assert not (self.parties.may_stay(terms.account, terms.side) and stays)

    def opened(self, event: AuctionOpened) -> None:
        terms = event.terms
        listing = self.floor.listings[terms.instrument]
        self.last_auction += 1
        assert event.auction_id == self.last_auction
        assert listing.terms.auctions.allowed
        assert listing.tradable
        assert self.floor.now < terms.closes_ns <= self.floor.ends
        assert terms.opens_ns < terms.closes_ns
        permille = listing.terms.auctions.band_permille
        limits = band(listing.reference, permille) if listing.reference else (0, 0)
        limit = limits[1 if terms.side is SELL else 0] if permille else 0
        assert event.price_limit == limit
        assert event.bidding is (terms.opens_ns <= self.floor.now)
        assert terms.reserve is not None
        if terms.reserve and limit:
            assert self._as_good(terms.side, limit, terms.reserve)
        assert None not in (terms.bidder_limit, terms.pricing, terms.sealed)
        self.auctions[event.auction_id] = Auction(terms, limit)

    def bid(self, event: BidPlaced) -> None:
        terms = event.terms
        auction = self.auctions[terms.auction_id]
        sale = auction.terms
        self.last_bid += 1
        assert event.bid_id == self.last_bid
        assert event.sealed is sale.sealed
        assert sale.opens_ns <= self.floor.now < sale.closes_ns
        assert not self.parties.same(terms.account, sale.account)
        assert self.parties.may_enter(terms.account, _other(sale.side))
        assert not sale.reserve or self._as_good(sale.side, terms.price, sale.reserve)
        limit = auction.price_limit
        assert not limit or self._as_good(sale.side, limit, terms.price)
        auction.bids[event.bid_id] = terms
        asked = sum(
            bid.quantity
            for bid in auction.bids.values()
            if self.parties.same(bid.account, terms.account)
        )
        assert not sale.bidder_limit or asked <= sale.bidder_limit

    def bid_ended(self, event: BidEnded) -> None:
        auction = self.auctions[event.terms.auction_id]
        terms = auction.bids.pop(event.bid_id)
        assert event.terms == terms
        assert event.sealed is auction.terms.sealed
        if event.end in CLOSING or event.end is BidEnd.AUCTION_CANCELLED:
            auction.ended[event.bid_id] = terms, event.end, event.filled
        else:
            assert event.filled == 0
        if event.end is BidEnd.RESTRICTED:
            side = _other(auction.terms.side)
            assert not self.parties.may_stay(terms.account, side)

    def traded(self, event: OffBookTrade) -> None:
        listing = self.floor.listings[event.instrument]
        notional = event.price * event.quantity
        if event.method is Method.BLOCK:
            self._check_block(event)
            fee = _fee(notional, listing.terms.fees.block)
            assert event.buyer_fee == event.seller_fee == fee
        else:
            auction = self.auctions[event.source_id]
            self._check_auction_fees(event, auction, listing.terms.fees.auction)
            auction.trades.append(event)
            self.turnovers[event.source_id] += notional
        buyer, seller = event.buyer, event.seller
        assert not self.parties.same(buyer, seller)
        self.parties.count(buyer, event.buyer_exec_seq)
        self.parties.count(seller, event.seller_exec_seq)
        self.tape.off_book(event)
        name = event.instrument
        self.ledger.pay(buyer, seller, notional)
        self.ledger.charge(buyer, name, event.buyer_fee)
        self.ledger.charge(seller, name, event.seller_fee)
        day = self.floor.sellable_day(listing)
        self.ledger.deliver(buyer, seller, name, event.quantity, day)

    def annulled(self, event: TradeAnnulled, listing: Listing) -> None:
        """Assert that an auction's own side pays for what is left of it."""
        notional, fees = event.price * event.quantity, listing.terms.fees
        if event.method is Method.BLOCK:
            fee = _fee(notional, fees.block)
            assert event.buyer_fee == event.seller_fee == fee
            return
        buys = event.taker_side is BUY
        number = event.seller_source if buys else event.buyer_source
        before = self.turnovers[number]
        self.turnovers[number] -= notional
        own = _fee(before, fees.auction) - _fee(before - notional, fees.auction)
        told = (event.buyer_fee, event.seller_fee)
        assert told[:: 1 if buys else -1] == (_fee(notional, fees.auction), own)

    def closed(self, event: AuctionClosed) -> None:
        """Work the allotment out anew and compare it with what has happened."""
        auction = self.auctions.pop(event.auction_id)
        terms, bids = auction.terms, auction.ended
        assert event.terms == terms
        assert event.price_limit == auction.price_limit
        assert not auction.bids, "all bids ended before"
        asked = sum(bid.quantity for bid, _, _ in bids.values())
        assert (event.bids, event.bid_quantity) == (len(bids), asked)
        few = asked < terms.quantity
        if few and terms.too_few_bids is TooFewBids.CANCEL:
            assert event.cancelled
        if event.cancelled:
            assert not auction.trades
            assert {end for _, end, _ in bids.values()} <= {BidEnd.AUCTION_CANCELLED}
            assert (event.price, event.quantity, event.turnover) == (0, 0, 0)
            return
        sign = -1 if terms.side is SELL else 1
        ranked = sorted(bids, key=lambda number: (sign * bids[number][0].price, number))
        left, got = terms.quantity, []
        for number in ranked:
            bid, end, filled = bids[number]
            assert filled == min(bid.quantity, left)
            part = BidEnd.FILLED if filled == bid.quantity else BidEnd.PARTLY_FILLED
            assert end is (part if filled else BidEnd.LOST)
            left -= filled
            if filled:
                got.append((number, bid, filled))
        marginal = got[-1][1].price if got else 0
        one = terms.pricing is Pricing.UNIFORM
        one = one or (few and terms.too_few_bids is TooFewBids.SELL_AT_LOWEST)
        expected = [(n, f, marginal if one else bid.price) for n, bid, f in got]
        trades = [(t.bid_id, t.quantity, t.price) for t in auction.trades]
        assert trades == expected
        assert event.price == marginal
        assert event.quantity == terms.quantity - left
        assert event.turnover == sum(price * filled for _, filled, price in expected)
        for trade, (_, bid, _) in zip(auction.trades, got, strict=True):
            own, other = terms.account, bid.account
            pair = (other, own) if terms.side is SELL else (own, other)
            assert (trade.buyer, trade.seller) == pair
            assert trade.taker_side is _other(terms.side)

    def needs(self) -> list[Need]:
        """Return what all open offers lock."""
        found = []
        for block in self.blocks.values():
            rate = self._listing(block.instrument).terms.fees.block
            found.append(
                _need(
                    block.account,
                    block.instrument,
                    block.side,
                    (block.price, block.quantity, rate),
                )
            )
        for auction in self.auctions.values():
            sale = auction.terms
            rate = self._listing(sale.instrument).terms.fees.auction
            found.append(
                _need(
                    sale.account,
                    sale.instrument,
                    sale.side,
                    (sale.reserve or 0, sale.quantity, rate),
                )
            )
            found += [
                _need(
                    bid.account,
                    sale.instrument,
                    _other(sale.side),
                    (bid.price, bid.quantity, rate),
                )
                for bid in auction.bids.values()
            ]
        return found

    def _listing(self, name: str) -> Listing:
        return self.floor.listings[name]

    def _as_good(self, side: Side, price: int, reserve: int) -> bool:
        """Tell whether a bid at ``price`` is at least as good as ``reserve``."""
        return price >= reserve if side is SELL else price <= reserve

    def _check_block(self, event: OffBookTrade) -> None:
        assert self.accepted is not None
        number, terms, account = self.accepted
        self.accepted = None
        buyer, seller = account, terms.account
        if terms.side is BUY:
            buyer, seller = seller, buyer
        assert event.source_id == number
        assert event.bid_id == 0
        assert (event.buyer, event.seller) == (buyer, seller)
        assert event.instrument == terms.instrument
        assert (event.price, event.quantity) == (terms.price, terms.quantity)
        assert event.taker_side is _other(terms.side)

    def _check_auction_fees(
        self, event: OffBookTrade, auction: Auction, rate: int
    ) -> None:
        """Bidders pay trade by trade, the auction's own side for all together."""
        assert event.instrument == auction.terms.instrument
        notional = event.price * event.quantity
        before = sum(trade.price * trade.quantity for trade in auction.trades)
        own = _fee(before + notional, rate) - _fee(before, rate)
        fees = (_fee(notional, rate), own)
        if auction.terms.side is BUY:
            fees = fees[::-1]
        assert (event.buyer_fee, event.seller_fee) == fees


def _other(side: Side) -> Side:
    return SELL if side is BUY else BUY


def _fee(notional: int, rate: int) -> int:
    return -(-notional * rate // FEE_UNIT)


def _need(
    account: str, instrument: str, side: Side, terms: tuple[int, int, int]
) -> Need:
    price, quantity, rate = terms
    amount = (
        quantity if side is SELL else price * quantity + _fee(price * quantity, rate)
    )
    return Need(account, instrument, side, amount, quantity)
