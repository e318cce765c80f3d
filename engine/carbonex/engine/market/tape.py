"""The trades of an instrument's day that may be annulled, in bounded memory."""

from __future__ import annotations

from typing import Final, NamedTuple, final

from carbonex.engine.enums import BUY, Method, Side
from carbonex.engine.events import OffBookTrade, Trade

from .statistics import Prices


# How many trades of an instrument's day are remembered: the newest, at least so many,
# at most twice that. Reason: each keeps an event and its orders' commands, up to 1 KB.
# Policy: older ones can no longer be annulled. Of their prices the day's first, last,
# highest and lowest are kept.
KEPT: Final = 5_000

LISTED: Final = Method.LISTED


class Print(NamedTuple):
    """What annulling a trade needs of it; the sources are those of TradeAnnulled."""

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
    """An instrument's newest trades of the open day, as events or as a snapshot had them.

    ``trades`` has them without a gap up to the instrument's last. ``before`` are the
    listed prices of those that are forgotten. ``annulled`` are the day's numbers.
    ``uncharged`` is what the fees paid for an order, or by an auction's own side, are
    more than what it owes, from rounding up, in millionths of a fen: by method and
    number, of those with fees in ``trades``.
    """

    __slots__ = ("annulled", "before", "trades", "uncharged")

    def __init__(self) -> None:
        self.trades: list[Trade | OffBookTrade | Print] = []
        self.before = Prices()
        self.annulled: dict[int, None] = {}
        self.uncharged: dict[tuple[Method, int], int] = {}

    def clear(self) -> None:
        """End the trading day: its trades stand."""
        self.trades.clear()
        self.before.clear()
        self.annulled.clear()
        self.uncharged.clear()

    def forget(self, last_id: int) -> None:
        """Forget the oldest until KEPT are left; ``last_id`` is the newest. O(KEPT)."""
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
        """Return a trade that is remembered. O(1)."""
        place = trade_id - (last_id - len(self.trades) + 1)
        if 0 <= place < len(self.trades):
            return print_of(self.trades[place])
        return None

    def prices(self, last_id: int) -> Prices:
        """Return the day's listed prices without what was annulled. O(KEPT)."""
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
    """Return what is remembered of a trade, as a snapshot has it."""
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
