"""Converts trade events to entries of the venue's tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import BUY, Method
from carbonex.wire.vocabulary import METHOD_NAMES, SIDE_NAMES

from .entries import AnnulmentEntry, TradeEntry


if TYPE_CHECKING:
    from carbonex.engine import OffBookTrade, Trade, TradeAnnulled

    from .entries import When


def listed_trade(when: When, event: Trade) -> TradeEntry:
    """Return the tape's entry of a listed trade."""
    maker = event.maker.account, event.maker_id, event.maker_fee
    taker = event.taker.account, event.taker_id, event.taker_fee
    parties = taker + maker if event.taker.side is BUY else maker + taker
    return TradeEntry(
        event.maker.instrument,
        event.trade_id,
        *when,
        METHOD_NAMES[Method.LISTED],
        event.called,
        event.price,
        event.quantity,
        SIDE_NAMES[event.taker.side],
        *parties,
        source_id=0,
        bid_id=0,
    )


def annulment(when: When, event: TradeAnnulled) -> AnnulmentEntry:
    """Return the tape's entry of an annulled trade."""
    fees = event.buyer_fee, event.seller_fee
    return AnnulmentEntry(event.instrument, event.trade_id, *when, *fees, event.reason)


def off_book_trade(when: When, event: OffBookTrade) -> TradeEntry:
    """Return the tape's entry of a block or auction trade."""
    return TradeEntry(
        event.instrument,
        event.trade_id,
        *when,
        METHOD_NAMES[event.method],
        called=False,
        price=event.price,
        quantity=event.quantity,
        side=SIDE_NAMES[event.taker_side],
        buyer=event.buyer,
        buyer_order_id=0,
        buyer_fee=event.buyer_fee,
        seller=event.seller,
        seller_order_id=0,
        seller_fee=event.seller_fee,
        source_id=event.source_id,
        bid_id=event.bid_id,
    )
