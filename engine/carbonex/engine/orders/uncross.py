"""Call auctions: one price for all the orders that a call has gathered.

While a call lasts nothing matches, so the book may stand crossed; its end
uncrosses it (MARKET-RULES §4). Both orders of such a trade rested.
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
    """The one price (fen) and the tonnes that trade at it.

    ``imbalance`` is what stays unfilled there, in tonnes: buys less sells.
    """

    price: int
    quantity: int
    imbalance: int


NO_CROSS: Final = Clearing(0, 0, 0)


class _Span(NamedTuple):
    """Ticks from ``low`` to ``high`` at which the same tonnes would trade."""

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
    """Return the price of a call auction, NO_CROSS where nothing would trade.

    It is a tick at which (1) the volume is greatest, (2) every buy above and
    every sell below is filled completely, and (3) so is one side at the price;
    of these the one with the smallest imbalance, then the closest to
    ``reference``, then the higher (MARKET-RULES §4). Without a reference, 0, the
    closest to the middle of those that are left.

    (3) always holds, for all of the smaller side trades. (2) follows neither from
    (1) nor from the smallest imbalance: a sell of 100 t at 7,810 and a buy of
    200 t at 7,850 leave 100 t at every tick from one to the other, but only at
    7,850 does no buy above the price go short. A tick that meets all three always
    exists. Tonnes are totals with what icebergs hide. O(n log n) in the levels:
    ticks between two orders' prices are looked at together. The band needs no
    check, as the price lies between orders, which are within it.
    """
    spans = list(_complete(dict(bids), dict(asks), tick))
    best = max((span.rank for span in spans), default=(0, 0))
    if best[0] == 0:
        return NO_CROSS
    # The best are neighbours: what each condition admits is one run of ticks.
    spans = [span for span in spans if span.rank == best]
    price = _closest(spans[0].low, spans[-1].high, reference, tick)
    span = next(span for span in spans if price <= span.high)
    return Clearing(price, span.quantity, span.imbalance)


def indication(instrument: Instrument) -> Clearing:
    """Return what a call auction would come to if it ended now.

    Linear in the orders that cross; others have no part in it. Without a P0 the
    day's last price stands for it.
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
    """End a call auction: trade what crosses, price–time, all at one price.

    Returns Uncrossed and the trades, with the refills of icebergs: an iceberg
    trades what it shows, and then queues behind its level as in any trading.
    Both orders of a trade rested, so both pay the maker's fee. O(log n) per trade.
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
    """Return a resting order of ``participant`` that its own would cross, if any.

    That is why an order is refused during a call: when it ends nobody can meet
    themselves. Linear in the participant's orders on the other side of the instrument.
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
    """Yield the ticks at which no buy above and no sell below goes short."""
    bought, sold, last = sum(buys.values()), 0, 0  # at a price or better
    for price in sorted({*buys, *sells}):
        # Between two orders' prices all buys are above and all sells below.
        if bought == sold and last + tick < price:
            yield _Span(last + tick, price - tick, bought, sold)
        below = sold
        sold += sells.get(price, 0)
        above = bought - buys.get(price, 0)
        if above <= sold and below <= bought:
            yield _Span(price, price, bought, sold)
        bought, last = above, price


def _closest(low: int, high: int, reference: int, tick: int) -> int:
    """Return the tick from ``low`` to ``high`` that lies closest, else higher."""
    twice = 2 * reference if reference else low + high
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
    """Let the first buy and the first sell trade; return the tonnes."""
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
