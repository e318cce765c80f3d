"""Call auctions: all the orders that a call gathers trade at one price.

Nothing matches during a call, so the book may be crossed. The end of the call
uncrosses it (MARKET-RULES §4). Both orders of an auction trade are resting orders.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from carbonex.engine.enums import BUY, SELL
from carbonex.engine.events import Uncrossed

from .matching import fill_resting, show_more, trade_of


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonex.engine.accounts import Participant
    from carbonex.engine.book import BookSide, Level, Order
    from carbonex.engine.enums import Side
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument

    Depth = Iterable[tuple[int, int]]  # (fen, tonnes), each price once


class Clearing(NamedTuple):
    """The auction price (fen) and the tonnes that trade at it.

    ``imbalance`` is the unfilled tonnes at that price: buys less sells.
    """

    price: int
    quantity: int
    imbalance: int


NO_CROSS: Final = Clearing(0, 0, 0)


class _Span(NamedTuple):
    """A run of ticks from ``low`` to ``high`` at which the same tonnes would trade."""

    low: int
    high: int
    buys: int
    sells: int

    @property
    def quantity(self) -> int:
        return min(self.buys, self.sells)

    @property
    def imbalance(self) -> int:
        return self.buys - self.sells

    @property
    def rank(self) -> tuple[int, int]:
        return self.quantity, -abs(self.imbalance)


def clearing_price(bids: Depth, asks: Depth, reference: int, tick: int) -> Clearing:
    """Return the price of a call auction, or NO_CROSS where nothing would trade.

    The price is a tick at which (1) the volume is greatest, (2) every buy above and
    every sell below is filled completely, and (3) one side at the price is filled
    completely. Among such ticks the smallest imbalance wins, then the tick closest to
    ``reference``, then the higher tick (MARKET-RULES §4). If ``reference`` is 0, the
    tick closest to the middle of the remaining ticks wins.

    (3) always holds, because the whole smaller side trades. (2) follows neither from
    (1) nor from the smallest imbalance: a sell of 100 t at 7,810 and a buy of
    200 t at 7,850 leave 100 t at every tick from 7,810 to 7,850, but only at 7,850
    is no buy above the price left unfilled. A tick that meets all three always
    exists. Tonnes include the hidden tonnes of icebergs. O(n log n) in the levels:
    the ticks between two order prices are evaluated together. The band needs no
    check: the price lies between order prices, which are within the band.
    """
    spans = list(_complete(dict(bids), dict(asks), tick))
    best = max((span.rank for span in spans), default=(0, 0))
    if best[0] == 0:
        return NO_CROSS
    # The best spans are adjacent: each condition admits one run of ticks.
    spans = [span for span in spans if span.rank == best]
    price = _closest(spans[0].low, spans[-1].high, reference, tick)
    span = next(span for span in spans if price <= span.high)
    return Clearing(price, span.quantity, span.imbalance)


def indication(instrument: Instrument) -> Clearing:
    """Return the result of a call auction if it ended now.

    Linear in the orders that cross; the others do not matter. Without a P0 the
    day's last price is the reference.
    """
    book = instrument.book
    bid, ask = book.bids.best, book.asks.best
    if bid is None or ask is None or bid.price < ask.price:
        return NO_CROSS
    return clearing_price(
        _totals(book.bids, ask.price),
        _totals(book.asks, bid.price),
        instrument.reference or instrument.last_price,
        instrument.terms.tick,
    )


def uncross(instrument: Instrument) -> list[Event]:
    """End a call auction: match the crossing orders in price–time order at one price.

    Return Uncrossed, then the trades and the refills of icebergs. An iceberg trades
    its displayed tonnes, then queues at the back of its level as in continuous
    trading. Both orders of a trade are resting orders, so both pay the maker fee.
    O(log n) per trade.
    """
    price, quantity, imbalance = indication(instrument)
    events: list[Event] = [Uncrossed(instrument.name, price, quantity, imbalance)]
    before, left = instrument.last_trade_id, quantity
    while left:
        left -= _trade(instrument, price, events)
    if quantity:
        trades = instrument.last_trade_id - before
        instrument.count(price, price, quantity, price * quantity, trades)
    return events


def own_cross(
    instrument: Instrument, side: Side, price: int, participant: Participant
) -> Order | None:
    """Return an own resting order that a new order of ``participant`` would cross.

    During a call such an order is refused, so the uncrossing meets no self-trades.
    Linear in the participant's orders on the opposite side of the instrument.
    """
    name, half = instrument.name, instrument.book.opposite(side)
    limit, other = half.sign * price, SELL if side is BUY else BUY
    for account in participant.accounts.values():
        for order in account.own.known(name, other):
            if (
                half.sign * order.price <= limit
                and order.order_id in account.orders
                and not order.waits
            ):
                return order
    return None


def _complete(
    buys: dict[int, int], sells: dict[int, int], tick: int
) -> Iterator[_Span]:
    """Yield the spans in which every buy above and every sell below is filled."""
    bought, sold, last = sum(buys.values()), 0, 0  # at a price or better
    for price in sorted({*buys, *sells}):
        # Between two order prices no order is at the price itself, so the counted
        # buys are all above it and the counted sells all below.
        if bought == sold and last + tick < price:
            yield _Span(last + tick, price - tick, bought, sold)
        below = sold
        sold += sells.get(price, 0)
        above = bought - buys.get(price, 0)
        if above <= sold and below <= bought:
            yield _Span(price, price, bought, sold)
        bought, last = above, price


def _closest(low: int, high: int, reference: int, tick: int) -> int:
    """Return the tick in ``low`` to ``high`` closest to ``reference``.

    The higher tick wins a tie. Without a reference, the middle is the target.
    """
    twice = 2 * reference if reference else low + high  # doubled, to stay in integers
    nearest = (twice + tick) // (2 * tick) * tick
    return min(max(nearest, low), high)


def _crossed(half: BookSide, price: int) -> Iterator[Level]:
    """Yield the levels, best first, that an opposite order at ``price`` crosses."""
    limit = half.sign * price
    return takewhile(lambda level: level.key <= limit, half)


def _totals(half: BookSide, price: int) -> Iterator[tuple[int, int]]:
    for level in _crossed(half, price):
        yield level.price, sum(order.remaining for order in level)


def _trade(instrument: Instrument, price: int, events: list[Event]) -> int:
    """Trade the first buy with the first sell; return the tonnes."""
    buy, sell = _first(instrument.book.bids), _first(instrument.book.asks)
    older, younger = (buy, sell) if buy.order_id < sell.order_id else (sell, buy)
    quantity = min(buy.shown, sell.shown)
    rate = instrument.terms.fees.maker
    older_fee = fill_resting(instrument, older, price, quantity, rate)
    younger_fee = fill_resting(instrument, younger, price, quantity, rate)
    fees = (older_fee, younger_fee)
    trade = trade_of(instrument, older, younger, price, quantity, fees)
    trade = replace(trade, called=True, maker_price=older.price)
    events.append(trade)
    instrument.tape.trades.append(trade)
    show_more(older, events)
    show_more(younger, events)
    return quantity


def _first(half: BookSide) -> Order:
    best = half.best
    assert best is not None
    order = best.oldest
    assert order is not None
    return order
