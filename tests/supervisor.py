"""A supervisor who keeps the whole day and adds everything up anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from carbonex.engine.enums import BUY, SELL, AlertKind, CancelReason, Method, Side
from carbonex.engine.events import (
    Alert,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderTriggered,
    Trade,
    TradeAnnulled,
)
from carbonex.engine.terms import Thresholds


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.events import Event

TOLD_SINGLY = 20
KEPT = 20


thresholds = st.builds(
    Thresholds,
    cancel_ratio=st.sampled_from([0, 200, 500]),
    cancel_orders=st.integers(0, 6),
    large_order=st.sampled_from([0, 1, 5]),
    quick_cancel_ms=st.sampled_from([0, 1, 20]),
    reverse_quantity=st.sampled_from([0, 1, 12]),
    vwap_deviation=st.sampled_from([0, 10, 30]),
    vwap_volume=st.sampled_from([0, 1, 30]),
    high_low=st.sampled_from([0, 1, 20]),
    volume_share=st.sampled_from([0, 300, 600]),
    share_volume=st.sampled_from([0, 1, 30]),
)


class Deal(NamedTuple):
    """A trade, listed or block."""

    number: int
    price: int
    quantity: int
    buyer: str
    seller: str
    orders: tuple[int, ...] = ()  # the buyer's and the seller's; none of a block


class Happened(NamedTuple):
    """Something that is told by itself."""

    orders: tuple[int, ...]
    trades: tuple[int, ...] = ()


class Supervisor:
    """Supervises one instrument; ``owners`` tells whose each account is."""

    def __init__(
        self, instrument: str, limits: Thresholds, owners: Mapping[str, str]
    ) -> None:
        self.instrument = instrument
        self.limits = limits
        self.owners = owners
        self.booked: dict[int, tuple[int, int]] = {}  # when, and how many tonnes
        self.begin_day()

    def begin_day(self) -> None:
        self.placed: list[tuple[str, int]] = []
        self.cancelled: list[tuple[str, int]] = []
        self.deals: list[Deal] = []
        self.happened: dict[tuple[AlertKind, str], list[Happened]] = {}
        self.told: dict[tuple[object, ...], int] = {}

    def read(self, now_ns: int, events: Iterable[Event]) -> list[Alert]:
        return [alert for event in events for alert in self._read(now_ns, event)]

    def _read(self, now_ns: int, event: Event) -> Iterator[Alert]:
        match event:
            case OrderAccepted(order_id, order=order) if self._own(order):
                self.booked[order_id] = now_ns, order.quantity
                self.placed.append((self._who(order), order_id))
                yield from self._cancel_ratio(self._who(order))
            case OrderTriggered(order_id, order=order) if self._own(order):
                self.booked[order_id] = now_ns, event.quantity
            case OrderAmended(order_id, order=order) if self._own(order):
                if (
                    not event.priority_kept
                    and event.quantity >= self.limits.large_order
                ):
                    self.booked[order_id] = now_ns, event.quantity
            case OrderCancelled(reason=CancelReason.CLIENT) if self._own(event.order):
                yield from self._cancel(now_ns, event)
            case Trade() if self._own(event.taker):
                yield from self._trade(event)
            case OffBookTrade(method=Method.BLOCK, instrument=self.instrument):
                buyer, seller = self.owners[event.buyer], self.owners[event.seller]
                trade_id, price, quantity = event.trade_id, event.price, event.quantity
                self.deals.append(Deal(trade_id, price, quantity, buyer, seller))
                yield from self._between(buyer, seller)
                yield from self._between(seller, buyer)
            case TradeAnnulled(instrument=self.instrument):
                yield from self._annul(event)
            case _:
                pass

    def _annul(self, event: TradeAnnulled) -> Iterator[Alert]:
        """Let a trade weigh nothing any more; its numbers are still told."""
        number = event.trade_id
        self.deals = [
            deal._replace(price=0, quantity=0) if deal.number == number else deal
            for deal in self.deals
        ]
        if event.method is Method.LISTED:
            yield from self._all_shares()

    def _all_shares(self) -> Iterator[Alert]:
        for who in {name: None for deal in self._listed() for name in deal[3:5]}:
            for side in Side:
                yield from self._share(who, side)

    def _own(self, order: PlaceOrder) -> bool:
        return order.instrument == self.instrument

    def _who(self, order: PlaceOrder) -> str:
        return self.owners[order.account]

    def _alert(
        self,
        kind: AlertKind,
        names: tuple[str, str],
        value_and_limit: tuple[int, int],
        numbers: tuple[Iterable[int], Iterable[int]],
        side: Side | None = None,
    ) -> Alert:
        orders, trades = map(tuple, numbers)
        return Alert(
            kind, self.instrument, *names, *value_and_limit, orders, trades, side
        )

    def _doubled(self, subject: tuple[object, ...], extent: int) -> bool:
        if extent < 2 * self.told.get(subject, 0):
            return False
        self.told[subject] = extent
        return True

    def _once_more(
        self, kind: AlertKind, who: str, new: Happened
    ) -> tuple[list[int], list[int]] | None:
        """Return the numbers to tell, if it is time to tell of them."""
        all_of_them = self.happened.setdefault((kind, who), [])
        all_of_them.append(new)
        count, told = len(all_of_them), self.told.get((kind, who), 0)
        if told >= TOLD_SINGLY and count < 2 * told:
            return None
        self.told[kind, who] = count
        fresh = all_of_them[told:]
        return (
            _newest([number for each in fresh for number in each.orders]),
            _newest([number for each in fresh for number in each.trades]),
        )

    def _cancel(self, now_ns: int, event: OrderCancelled) -> Iterator[Alert]:
        who, order_id = self._who(event.order), event.order_id
        if event.filled == 0 and (who, order_id) in self.placed:
            self.cancelled.append((who, order_id))
            yield from self._cancel_ratio(who)
        since_ns, quantity = self.booked.get(order_id, (now_ns, 0))
        soon = now_ns - since_ns < self.limits.quick_cancel_ms * 1_000_000
        large, kind = self.limits.large_order, AlertKind.QUICK_CANCEL
        if not large or quantity < large or not soon or not event.rested:
            return
        if event.filled * 2 < quantity:
            numbers = self._once_more(kind, who, Happened((order_id,)))
            if numbers:
                yield self._alert(kind, (who, ""), (quantity, large), numbers)

    def _cancel_ratio(self, who: str) -> Iterator[Alert]:
        limit = self.limits.cancel_ratio
        placed = [number for name, number in self.placed if name == who]
        cancelled = [number for name, number in self.cancelled if name == who]
        if limit and cancelled and len(placed) >= self.limits.cancel_orders:
            value = len(cancelled) * 1000 // len(placed)
            kind = AlertKind.CANCEL_RATIO
            if value >= limit and self._doubled((kind, who), len(cancelled)):
                numbers = (_newest(cancelled), ())
                yield self._alert(kind, (who, ""), (value, limit), numbers)

    def _trade(self, event: Trade) -> Iterator[Alert]:
        yield from self._deviation(event)
        buyer, seller = self._who(event.taker), self._who(event.maker)
        orders = event.taker_id, event.maker_id
        if event.taker.side is SELL:
            buyer, seller, orders = seller, buyer, orders[::-1]
        trade_id, price, quantity = event.trade_id, event.price, event.quantity
        self.deals.append(Deal(trade_id, price, quantity, buyer, seller, orders))
        yield from self._all_shares()
        yield from self._between(buyer, seller)
        yield from self._between(seller, buyer)

    def _listed(self) -> list[Deal]:
        return [deal for deal in self.deals if deal.orders]

    def _deviation(self, event: Trade) -> Iterator[Alert]:
        limit = self.limits.vwap_deviation
        tonnes, fen = _sums(self._listed())
        if limit and tonnes and tonnes >= self.limits.vwap_volume:
            value = abs(event.price * tonnes - fen) * 1000 // fen
            if value >= limit:
                kind = AlertKind.PRICE_DEVIATION
                taker, maker = self._who(event.taker), self._who(event.maker)
                orders = event.maker_id, event.taker_id
                new = Happened(orders, (event.trade_id,))
                numbers = self._once_more(kind, taker, new)
                if numbers:
                    yield self._alert(kind, (taker, maker), (value, limit), numbers)

    def _share(self, who: str, side: Side) -> Iterator[Alert]:
        limit, total = self.limits.volume_share, _sums(self._listed())[0]
        own = [
            deal
            for deal in self._listed()
            if who == (deal.buyer if side is BUY else deal.seller)
        ]
        if limit and own and total and total >= self.limits.share_volume:
            tonnes = _sums(own)[0]
            value, kind = tonnes * 1000 // total, AlertKind.VOLUME_SHARE
            if value >= limit and self._doubled((kind, who, side), tonnes):
                orders = _newest([deal.orders[side] for deal in own])
                numbers = (orders, _newest([deal.number for deal in own]))
                yield self._alert(kind, (who, ""), (value, limit), numbers, side)

    def _between(self, who: str, other: str) -> Iterator[Alert]:
        """Look at what ``who`` bought from ``other`` and sold to it."""
        bought = [d for d in self.deals if (d.buyer, d.seller) == (who, other)]
        sold = [d for d in self.deals if (d.buyer, d.seller) == (other, who)]
        if not bought or not sold:
            return
        (tonnes, paid), (tonnes_back, got) = _sums(bought), _sums(sold)
        if not (tonnes and tonnes_back):  # all of one way was annulled
            return
        numbers = (
            sorted(n for way in (bought, sold) for n in _half(_orders(way))),
            sorted(n for way in (bought, sold) for n in _half(_trades(way))),
        )
        names, kind = (who, other), AlertKind.REVERSE_TRADES
        limit, value = self.limits.reverse_quantity, min(tonnes, tonnes_back)
        reached = limit and who < other and value >= limit  # once for the two
        if reached and self._doubled((kind, *names), value):
            yield self._alert(kind, names, (value, limit), numbers)
        # paid / tonnes exceeds got / tonnes_back by ``value`` per mille of that
        more, kind = paid * tonnes_back - got * tonnes, AlertKind.HIGH_LOW
        limit, value = self.limits.high_low, more * 1000 // (got * tonnes)
        if limit and value >= limit:
            both = min(tonnes, tonnes_back)
            lost = -(-more * both // (tonnes * tonnes_back))
            if self._doubled((kind, *names), lost):
                yield self._alert(kind, names, (value, limit), numbers)


def _sums(deals: list[Deal]) -> tuple[int, int]:
    """Return tonnes and fen."""
    return (
        sum(deal.quantity for deal in deals),
        sum(deal.price * deal.quantity for deal in deals),
    )


def _orders(deals: list[Deal]) -> list[int]:
    return [number for deal in deals for number in deal.orders]


def _trades(deals: list[Deal]) -> list[int]:
    return [deal.number for deal in deals]


def _newest(numbers: list[int]) -> list[int]:
    """Return the 20 that came last, each once, in that order."""
    return [*dict.fromkeys(reversed(numbers))][:KEPT][::-1]


def _half(numbers: list[int]) -> list[int]:
    return _newest(numbers)[-KEPT // 2 :]
