"""A model of supervision that keeps the whole day and recomputes all sums."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from carbonex.engine.enums import BUY, SELL, AlertKind, CancelReason, Method, Side
from carbonex.engine.events import (
    Alert,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    Trade,
    TradeAnnulled,
)
from carbonex.engine.terms import Thresholds


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.events import Event

TOLD_SINGLY = 20
KEPT = 20

# The participant's own withdrawals, direct or arranged. Expiry is treated separately.
WITHDRAWN = {
    CancelReason.CLIENT,
    CancelReason.DISCONNECTED,
    CancelReason.COUNTDOWN,
    CancelReason.SELF_TRADE,
}
# Reasons for which part of an entering order is never visible in the book.
NOT_SHOWN = {
    CancelReason.IOC,
    CancelReason.TAKE_LEVELS,
    CancelReason.FILL_LIMIT,
    CancelReason.SELF_TRADE,
}


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
    orders: tuple[int, ...] = ()  # the buyer's and the seller's; empty for a block


class Happened(NamedTuple):
    """An occurrence that gives an alert on its own."""

    orders: tuple[int, ...]
    trades: tuple[int, ...] = ()


class View(NamedTuple):
    """The visible part of an order, of which ``gone`` tonnes were withdrawn.

    It came with number ``entry`` and has its place since ``since_ns``. When it last
    grew, at entry ``grew``, it showed ``then`` tonnes. Of these ``later`` tonnes are
    withdrawn since, and ``counted`` tonnes count so far.
    """

    entry: int
    came_ns: int
    since_ns: int
    shown: int
    gone: int
    grew: int = 0
    then: int = 0
    later: int = 0
    counted: int = 0


class Lot(NamedTuple):
    """Tonnes withdrawn too soon; they were visible between two entries."""

    who: str
    side: Side
    order_id: int
    tonnes: int
    first: int
    last: int


class Supervisor:
    """Supervises one instrument by effect.

    Tonnes count if the book showed them and their participant withdrew them, by any
    means. QUICK_CANCEL: at least the limit was visible on one side at one moment, each
    part withdrawn before it was ``quick_cancel_ms`` old. CANCEL_RATIO: the withdrawn
    share of all tonnes that the participant showed in the day. An order counts with all
    its visible tonnes once more than half of them are withdrawn. It does not count once
    half of it has traded since it came, grew or moved to a worse price. ``closes``
    returns whether the day is over at a time, and ``owners`` is by account.
    """

    def __init__(
        self,
        instrument: str,
        limits: Thresholds,
        owners: Mapping[str, str],
        closes: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self.instrument = instrument
        self.limits = limits
        self.owners = owners
        self.closes = closes
        self.views: dict[int, View] = {}
        # by order: traded and remaining at its last renewal
        self.anew: dict[int, tuple[int, int]] = {}
        self.entries = 0
        self.begin_day()

    def begin_day(self) -> None:
        self.placed: list[tuple[str, int]] = []
        self.cancelled: list[tuple[str, int]] = []
        self.deals: list[Deal] = []
        self.happened: dict[tuple[AlertKind, str], list[Happened]] = {}
        self.told: dict[tuple[object, ...], int] = {}
        self.lots: list[Lot] = []
        self.shown: Counter[str] = Counter()
        self.tonnes: Counter[str] = Counter()

    def read(self, now_ns: int, events: Iterable[Event]) -> list[Alert]:
        return [alert for event in events for alert in self._read(now_ns, event)]

    def _read(self, now_ns: int, event: Event) -> Iterator[Alert]:
        match event:
            case OrderAccepted(order_id, order=order) if self._own(order):
                self.placed.append((self._who(order), order_id))
                if not order.order_type.name.startswith("STOP"):
                    self._show(now_ns, order, order_id, order.quantity)
                yield from self._cancel_ratio(self._who(order))
            case OrderTriggered(order_id, order=order) if self._own(order):
                self._show(now_ns, order, order_id, event.quantity)
            case OrderRefilled(order_id, order=order) if self._own(order):
                self._show(now_ns, order, order_id, event.shown)
            case OrderAmended(order=order, stop_price=0) if self._own(order):
                yield from self._amend(now_ns, event)
            case OrderCancelled(order=order) if self._own(order):
                yield from self._end(now_ns, event)
            case OrderReduced(order_id, rested=True) if self._own(event.order):
                filled = event.total - event.remaining
                before = event.total + event.quantity
                took = Taken(event.order, order_id, event.quantity, filled, before)
                yield from self._withdraw(now_ns, took)
            case _:
                yield from self._read_trade(event)

    def _read_trade(self, event: Event) -> Iterator[Alert]:
        match event:
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
        """Set a trade's weight to 0; alerts still list its number."""
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
        """Return the numbers for an alert, or None if none is due yet."""
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

    def _show(self, now_ns: int, order: PlaceOrder, order_id: int, left: int) -> None:
        """Add visible tonnes: for an iceberg only the displayed ones."""
        tonnes = _displayed(order, left)
        self._enter(now_ns, order_id, tonnes)
        self._count(order, order_id, tonnes)

    def _enter(self, now_ns: int, order_id: int, tonnes: int) -> None:
        self.entries += 1
        self.views[order_id] = View(self.entries, now_ns, now_ns, tonnes, 0)

    def _count(self, order: PlaceOrder, order_id: int, tonnes: int) -> None:
        who = self._who(order)
        if (who, order_id) in self.placed:
            self.shown[who] += tonnes

    def _soon(self, now_ns: int, since_ns: int) -> bool:
        return now_ns - since_ns < self.limits.quick_cancel_ms * 1_000_000

    def _amend(self, now_ns: int, event: OrderAmended) -> Iterator[Alert]:
        order, order_id, left = event.order, event.order_id, event.remaining
        filled = event.quantity - left
        worse = event.price < event.previous_price
        if order.side is SELL:
            worse = event.price > event.previous_price
        if event.withdrawn:
            before = event.previous_quantity
            took = Taken(order, order_id, event.withdrawn, filled, before)
            yield from self._withdraw(now_ns, took)
        if event.priority_kept:
            return
        if worse or event.quantity > event.previous_quantity or event.added:
            self.anew[order_id] = filled, left
        view = self.views.get(order_id)
        if view is None or worse or not self._soon(now_ns, view.came_ns):
            self._enter(now_ns, order_id, _displayed(order, left))
        else:
            view = view._replace(since_ns=now_ns)
            if event.added:
                self.entries += 1
                then = _displayed(order, left)
                view = view._replace(grew=self.entries, then=then, later=0, counted=0)
            self.views[order_id] = view
        self._count(order, order_id, event.added)

    def _end(self, now_ns: int, event: OrderCancelled) -> Iterator[Alert]:
        order, order_id, reason = event.order, event.order_id, event.reason
        withdrawn = reason in WITHDRAWN
        if reason is CancelReason.EXPIRED:
            given = order.conditions
            withdrawn = not self.closes(given.expires_ns if given else now_ns)
        if event.rested and withdrawn:
            seen = event.quantity - event.hidden
            before = event.filled + event.quantity
            took = Taken(order, order_id, seen, event.filled, before)
            yield from self._withdraw(now_ns, took)
        elif not event.rested and reason in NOT_SHOWN:
            self._count(order, order_id, -_displayed(order, event.quantity))
            yield from self._cancel_ratio(self._who(order))
        self.views.pop(order_id, None)

    def _withdraw(self, now_ns: int, took: Taken) -> Iterator[Alert]:
        who, order_id = self._who(took.order), took.order_id
        filled, whole = self.anew.get(order_id, (0, took.order.quantity))
        if 2 * (took.filled - filled) >= max(whole, took.before - filled):
            return
        if (who, order_id) in self.placed:
            self.cancelled.append((who, order_id))
            self.tonnes[who] += took.tonnes
            yield from self._cancel_ratio(who)
        view = self.views.get(order_id)
        if view is None or not self._soon(now_ns, view.since_ns):
            return
        gone, later = view.gone + took.tonnes, view.later + took.tonnes
        more = _weight(view.shown, gone) - _weight(view.shown, view.gone)
        lately = max(0, _weight(view.then, later) - view.counted - more)
        counted = view.counted + more + lately
        after = view._replace(gone=gone, later=later, counted=counted)
        self.views[order_id] = after
        end = self.entries + 1
        lots = [
            Lot(who, took.order.side, order_id, tonnes, first, end)
            for tonnes, first in ((lately, view.grew), (more, view.entry))
            if tonnes
        ]
        if lots and self.limits.large_order:
            yield from self._quick_cancel(lots)

    def _quick_cancel(self, lots: list[Lot]) -> Iterator[Alert]:
        """Find the moment with the most tonnes visible together with ``lots``."""
        self.lots += lots
        lot = lots[-1]
        with_it = [each for each in self.lots if each[:2] == lot[:2]]
        changes = Counter[int]()
        for each in with_it:
            changes[each.first] += each.tonnes
            changes[each.last] -= each.tonnes
        stood = [*accumulate(changes[moment] for moment in range(lot.last))]
        most = max(stood[lot.first :])
        limit, kind = self.limits.large_order, AlertKind.QUICK_CANCEL
        if most < limit:
            return
        moment = max(at for at in range(lot.first, lot.last) if stood[at] == most)
        orders = [
            each.order_id
            for each in with_it[-KEPT:]
            if each.first <= moment < each.last
        ]
        self.lots = [each for each in self.lots if each[:2] != lot[:2]]
        numbers = self._once_more(kind, lot.who, Happened((*dict.fromkeys(orders),)))
        if numbers:
            yield self._alert(kind, (lot.who, ""), (most, limit), numbers)

    def _cancel_ratio(self, who: str) -> Iterator[Alert]:
        limit, placed = self.limits.cancel_ratio, [name for name, _ in self.placed]
        shown, tonnes = self.shown[who], self.tonnes[who]
        if limit and shown and placed.count(who) >= self.limits.cancel_orders:
            value, kind = tonnes * 1000 // shown, AlertKind.CANCEL_RATIO
            if value >= limit and self._doubled((kind, who), tonnes):
                orders = [number for name, number in self.cancelled if name == who]
                numbers = (_newest(orders), ())
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
        """Check what ``who`` bought from ``other`` and sold to it."""
        bought = [d for d in self.deals if (d.buyer, d.seller) == (who, other)]
        sold = [d for d in self.deals if (d.buyer, d.seller) == (other, who)]
        if not bought or not sold:
            return
        (tonnes, paid), (tonnes_back, got) = _sums(bought), _sums(sold)
        if not (tonnes and tonnes_back):  # all trades of one direction are annulled
            return
        numbers = (
            sorted(n for way in (bought, sold) for n in _half(_orders(way))),
            sorted(n for way in (bought, sold) for n in _half(_trades(way))),
        )
        names, kind = (who, other), AlertKind.REVERSE_TRADES
        limit, value = self.limits.reverse_quantity, min(tonnes, tonnes_back)
        reached = limit and who < other and value >= limit  # once per pair
        if reached and self._doubled((kind, *names), value):
            yield self._alert(kind, names, (value, limit), numbers)
        # The price paid exceeds the price received by ``value`` per mille of it.
        more, kind = paid * tonnes_back - got * tonnes, AlertKind.HIGH_LOW
        limit, value = self.limits.high_low, more * 1000 // (got * tonnes)
        if limit and value >= limit:
            both = min(tonnes, tonnes_back)
            lost = -(-more * both // (tonnes * tonnes_back))
            if self._doubled((kind, *names), lost):
                yield self._alert(kind, names, (value, limit), numbers)


class Taken(NamedTuple):
    """Tonnes withdrawn from an order, its fills, and its total before."""

    order: PlaceOrder
    order_id: int
    tonnes: int
    filled: int
    before: int


def _displayed(order: PlaceOrder, left: int) -> int:
    display = order.conditions.display_quantity if order.conditions else 0
    return min(left, display or left)


def _weight(stood: int, gone: int) -> int:
    """Return the weight of a withdrawal, relative to the tonnes visible."""
    return gone if 2 * gone <= stood else stood


def _sums(deals: list[Deal]) -> tuple[int, int]:
    """Return the sums of tonnes and fen."""
    return (
        sum(deal.quantity for deal in deals),
        sum(deal.price * deal.quantity for deal in deals),
    )


def _orders(deals: list[Deal]) -> list[int]:
    return [number for deal in deals for number in deal.orders]


def _trades(deals: list[Deal]) -> list[int]:
    return [deal.number for deal in deals]


def _newest(numbers: list[int]) -> list[int]:
    """Return the KEPT newest numbers, each once, in order."""
    return [*dict.fromkeys(reversed(numbers))][:KEPT][::-1]


def _half(numbers: list[int]) -> list[int]:
    return _newest(numbers)[-KEPT // 2 :]
