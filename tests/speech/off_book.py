"""The words of a scenario about block trades and one-way auctions.

    maker: propose sell 500 @ 70.00 to taker         -> block 1 proposed
    taker: accept block 1                            -> block 1 accepted by taker, block 1 500 @ 70.00 maker to taker
    auction of maker sell 1000 from 100 to 200       -> auction 1 opened up to 110.00
    taker: bid 400 @ 100.00 in 1                     -> bid 1 placed
    time 200                                         -> auction 1 400 @ 100.00 maker to taker, bid 1 filled, auction 1 closed 400 @ 100.00 for 40000.00

What an auction leaves out is as the instrument's terms have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AnnulTrade,
    AuctionClosed,
    AuctionOpened,
    BidEnd,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    Method,
    OffBookTrade,
    OpenAuction,
    PlaceBid,
    Pricing,
    ProposeBlock,
    Side,
    TooFewBids,
    TradeAnnulled,
    WithdrawBlock,
)
from carbonex.wire.money import format_fen, parse_fen

from .market import moment


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import Enum

    from carbonex.engine import Command, Event

    from .words import Words


_SIDES: Mapping[str, Side] = {"buy": BUY, "sell": SELL}
_PRICING: Mapping[str, Pricing | None] = {
    "pay-as-bid": Pricing.PAY_AS_BID,
    "uniform": Pricing.UNIFORM,
}
_TOO_FEW: Mapping[str, TooFewBids | None] = {
    "fill-valid": TooFewBids.FILL_VALID,
    "cancel-if-few": TooFewBids.CANCEL,
    "sell-at-lowest": TooFewBids.SELL_AT_LOWEST,
}
_SEALED: Mapping[str, bool | None] = {"sealed": True, "open": False}


def tell(event: Event) -> str | None:
    """Return an event of a block or an auction as its parties would say it."""
    match event:
        case BlockProposed(block_id, _, _, duplicate):
            return f"block {block_id} proposed{_before(duplicate)}"
        case BlockEnded(block_id, _, _, end, answered_by, duplicate):
            by = f" by {answered_by}" if answered_by else ""
            return f"block {block_id} {_word(end)}{by}{_before(duplicate)}"
        case AuctionOpened(auction_id, price_limit, terms, duplicate):
            told = f"auction {auction_id} opened{_before(duplicate)}"
            to = "up to" if terms.side is SELL else "down to"
            return told + (f" {to} {format_fen(price_limit)}" if price_limit else "")
        case BidPlaced(bid_id, _, _, duplicate):
            return f"bid {bid_id} placed{_before(duplicate)}"
        case BidEnded(bid_id, _, _, end, filled):
            part = f" {filled}" if end is BidEnd.PARTLY_FILLED else ""
            return f"bid {bid_id} {_word(end)}{part}"
        case OffBookTrade():
            return _tell_trade(event)
        case TradeAnnulled():
            return _tell_annulled(event)
        case AuctionClosed():
            return _tell_closed(event)
        case _:
            return None


def _tell_trade(event: OffBookTrade) -> str:
    kind = "block" if event.method is Method.BLOCK else "auction"
    told = f"{kind} {event.source_id} {event.quantity} @ {format_fen(event.price)}"
    told += f" {event.seller} to {event.buyer}"
    if not (event.seller_fee or event.buyer_fee):
        return told
    fees = (format_fen(fee) for fee in (event.seller_fee, event.buyer_fee))
    return f"{told} for {'/'.join(fees)}"


def _tell_annulled(event: TradeAnnulled) -> str:
    told = f"trade {event.trade_id} {event.quantity} @ {format_fen(event.price)}"
    told += f" {event.seller} to {event.buyer} annulled"
    if not (event.seller_fee or event.buyer_fee):
        return told
    fees = (format_fen(fee) for fee in (event.seller_fee, event.buyer_fee))
    return f"{told} for {'/'.join(fees)}"


def _tell_closed(event: AuctionClosed) -> str:
    if event.cancelled:
        return f"auction {event.auction_id} cancelled"
    told = f"auction {event.auction_id} closed {event.quantity}"
    if not event.price:
        return told
    price, turnover = format_fen(event.price), format_fen(event.turnover)
    return f"{told} @ {price} for {turnover}"


def _before(duplicate: bool) -> str:
    return " before" if duplicate else ""


def _word(member: Enum) -> str:
    return member.name.lower().replace("_", "-")


def _annul(words: Words) -> AnnulTrade:
    number = int(words.take())
    return AnnulTrade(words.key, words.take("CEA"), number, "typed wrongly")


def _propose(words: Words) -> ProposeBlock:
    return ProposeBlock(
        words.key,
        words.account,
        side=words.choice(_SIDES, BUY),
        price=words.price(),
        counterparty=words.value("to"),
        client_ref=words.ref,
        counters=words.number("countering"),
        quantity=int(words.take()),
        instrument=words.take("CEA"),
    )


def _accept(words: Words) -> AcceptBlock:
    return AcceptBlock(words.key, words.account, words.number("block"), words.ref)


def _decline(words: Words) -> DeclineBlock:
    return DeclineBlock(words.key, words.account, words.number("block"))


def _withdraw_block(words: Words) -> WithdrawBlock:
    return WithdrawBlock(words.key, words.account, int(words.take()))


def _auction(words: Words) -> OpenAuction:
    reserve, limit = words.value("reserve"), words.value("limit")
    return OpenAuction(
        words.key,
        words.value("of"),
        side=words.choice(_SIDES, SELL),
        opens_ns=moment(words.value("from")),
        closes_ns=moment(words.value("to")),
        client_ref=words.ref,
        reserve=parse_fen(reserve) if reserve else None,
        bidder_limit=int(limit) if limit else None,
        pricing=words.choice(_PRICING, None),
        too_few_bids=words.choice(_TOO_FEW, None),
        sealed=words.choice(_SEALED, None),
        quantity=int(words.take()),
        instrument=words.take("CEA"),
    )


def _bid(words: Words) -> PlaceBid:
    auction_id, price = words.number("in"), words.price()
    quantity = int(words.take())
    return PlaceBid(words.key, words.account, auction_id, price, quantity, words.ref)


def _cancel_bid(words: Words) -> CancelBid:
    return CancelBid(words.key, words.account, int(words.take()))


def _close(words: Words) -> CloseAuction:
    return CloseAuction(words.key, int(words.take()))


def _cancel(words: Words) -> CloseAuction:
    return CloseAuction(words.key, int(words.take()), cancel=True)


VERBS: Mapping[str, Callable[[Words], Command]] = {
    # behind an account
    "annul": _annul,  # annul 3 CEA
    "propose": _propose,  # propose sell 500 @ 70.00 to taker countering 3
    "accept": _accept,  # accept block 1 ref b-1
    "decline": _decline,  # decline block 1
    "withdraw-block": _withdraw_block,  # withdraw-block 1
    "bid": _bid,  # bid 400 @ 100.00 in 1
    "cancel-bid": _cancel_bid,  # cancel-bid 1
    # the venue's
    "auction": _auction,  # auction of maker sell 9500 from 1 to 9 uniform limit 500
    "close-auction": _close,  # close-auction 1
    "cancel-auction": _cancel,  # cancel-auction 1
}
