"""The tape: an instrument's trades of the day that can be annulled, bounded in size."""

from __future__ import annotations

from typing import Final, NamedTuple, final

from carbonex.engine.enums import BUY, Method, Side
from carbonex.engine.events import OffBookTrade, Trade

from .statistics import Prices


# How many of an instrument's newest trades of the day are kept: at least this many, at
# most twice as many. Reason: each keeps an event and its orders' commands, up to 1 KB.
# Policy: older trades can no longer be annulled; only their open, high, low and last
# price are kept.
KEPT: Final = 5_000

LISTED: Final = Method.LISTED


class Print(NamedTuple):
    """The part of a trade that an annulment needs; sources as in TradeAnnulled."""

    method: Method
    price: int
    quantity: int
    buyer: str
    buyer_source: int
    buyer_fee: int
    seller: str
    seller_source: int
    seller_fee: int
    taker_side: Side
    called: bool


@final
class Tape:
    """An instrument's newest trades of the open day, as events or from a snapshot.

    ``trades`` has no gap and ends with the instrument's last trade. ``before`` holds
    the listed prices of the trades dropped from it. ``annulled`` holds the trade ids
    annulled on this day. ``uncharged`` holds the excess that rounding up adds to the
    fees paid for an order, or by the account that opened an auction. It is in
    millionths of a fen, by method and number, for the trades with fees in ``trades``.
    """

    __slots__ = ("annulled", "before", "trades", "uncharged")

    def __init__(self) -> None:
        self.trades: list[Trade | OffBookTrade | Print] = []
        self.before = Prices()
        self.annulled: dict[int, None] = {}
        self.uncharged: dict[tuple[Method, int], int] = {}

    def clear(self) -> None:
        """Drop all trades as the day ends: they can no longer be annulled."""
        self.trades.clear()
        self.before.clear()
        self.annulled.clear()
        self.uncharged.clear()

    def forget(self, last_id: int) -> None:
        """Drop all but the newest KEPT trades; ``last_id`` is the newest. O(KEPT)."""
        count = len(self.trades) - KEPT
        first_id = last_id - len(self.trades) + 1
        for number in range(count):
            self._record(self.before, first_id + number, self.trades[number])
        del self.trades[:count]
        if self.uncharged:
            known = self.uncharged
            kept = {key for trade in self.trades for key in _sources(print_of(trade))}
            self.uncharged = {key: known[key] for key in known if key in kept}

    def find(self, trade_id: int, last_id: int) -> Print | None:
        """Return a trade that is still on the tape, or None. O(1)."""
        place = trade_id - (last_id - len(self.trades) + 1)
        if 0 <= place < len(self.trades):
            return print_of(self.trades[place])
        return None

    def prices(self, last_id: int) -> Prices:
        """Return the day's listed prices without annulled trades. O(KEPT)."""
        prices, before = Prices(), self.before
        prices.open, prices.high = before.open, before.high
        prices.low, prices.last = before.low, before.last
        first_id = last_id - len(self.trades) + 1
        for number, trade in enumerate(self.trades, first_id):
            self._record(prices, number, trade)
        return prices

    def _record(
        self, prices: Prices, trade_id: int, trade: Trade | OffBookTrade | Print
    ) -> None:
        listed = type(trade) is Trade
        if type(trade) is Print:
            listed = trade.method is LISTED
        if listed and trade_id not in self.annulled:
            prices.record(trade.price, trade.price)


def print_of(trade: Trade | OffBookTrade | Print) -> Print:
    """Return a trade in the form that snapshots keep."""
    if type(trade) is Trade:
        maker = trade.maker.account, trade.maker_id, trade.maker_fee
        taker = trade.taker.account, trade.taker_id, trade.taker_fee
        buyer, seller = (taker, maker) if trade.taker.side is BUY else (maker, taker)
        how = trade.taker.side, trade.called
        return Print(LISTED, trade.price, trade.quantity, *buyer, *seller, *how)
    if type(trade) is OffBookTrade:
        return _off_book(trade)
    assert type(trade) is Print
    return trade


def _sources(trade: Print) -> tuple[tuple[Method, int], tuple[Method, int]]:
    return (trade.method, trade.buyer_source), (trade.method, trade.seller_source)


def _off_book(trade: OffBookTrade) -> Print:
    taken = trade.bid_id or trade.source_id
    buys = trade.taker_side is BUY
    return Print(
        trade.method,
        trade.price,
        trade.quantity,
        trade.buyer,
        taken if buys else trade.source_id,
        trade.buyer_fee,
        trade.seller,
        trade.source_id if buys else taken,
        trade.seller_fee,
        trade.taker_side,
        called=False,
    )
