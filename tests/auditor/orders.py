"""The auditor's order book: who came when, who trades next, and what each pays."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from carbonex.engine import (
    DAY,
    GTC,
    GTD,
    LIMIT,
    STOP,
    STOP_LIMIT,
    CancelReason,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderStatus,
    OrderTriggered,
    Phase,
    PlaceOrder,
    SelfTrade,
    Trade,
    work,
)

from .calls import Call
from .cancels import check_reason
from .positions import Position, against, picked
from .prices import check_price, check_terms, triggered_price
from .reached import Reached
from .settling import Settling


if TYPE_CHECKING:
    from carbonex.engine import Event, Uncrossed
    from ledger import Ledger

    from .floor import Floor, Listing
    from .parties import Parties
    from .tape import Tape


WHILE_MOVING = {
    CancelReason.IOC,
    CancelReason.TAKE_LEVELS,
    CancelReason.FILL_LIMIT,
    CancelReason.SELF_TRADE,
}


class Orders:
    """Open orders rest, wait for their stop price, or are moving: one at a time."""

    def __init__(
        self, floor: Floor, parties: Parties, ledger: Ledger, tape: Tape
    ) -> None:
        self.floor, self.parties = floor, parties
        self.settling = Settling(floor, parties, ledger, tape)
        self.resting: dict[int, Position] = {}
        self.waiting: dict[int, Position] = {}
        self.moving: Position | None = None  # has not found its place yet
        self.triggered: Position | None = None  # on its arrival: it must move now
        self.reached = Reached(self.waiting)
        self.refills: deque[Position] = deque()  # each must be refilled now
        self.call: Call | None = None
        self.last = 0  # order number
        self.moments = 0

    def expect(self, event: Event) -> None:
        """Assert that nothing comes between an iceberg's fill and its refill."""
        assert not self.refills or type(event) is OrderRefilled

    def finish(self) -> None:
        """End a command: what moves finds its place, and nothing is left undone."""
        self.settle()
        assert self.triggered is None, "a stop order was not triggered"
        for name in self.reached.spans:
            trades = self.floor.listings[name].phase is Phase.TRADING
            waits = trades and self.reached.next(name) is not None
            assert self.floor.crowded or not waits, "a stop order was not triggered"
        assert not self.refills
        assert self.call is None or self.call.left == 0
        self.call = None

    def settle(self) -> None:
        """Let the order that moves rest."""
        position = self.moving
        if position is None:
            return
        self.moving = None
        order = position.order
        assert order.time_in_force in {DAY, GTC, GTD}
        assert order.order_type in {LIMIT, STOP_LIMIT}
        if self.listing(order).phase is Phase.TRADING:
            assert not against(self.resting.values(), position), "stopped early"
        self._enqueue(position)
        self.resting[position.number] = position

    def accepted(self, event: OrderAccepted) -> None:
        order, listing = event.order, self.listing(event.order)
        assert listing.phase in {Phase.TRADING, Phase.CALL}
        assert self.parties.may_enter(order.account, order.side)
        assert self.moving is None
        self.last += 1
        assert event.order_id == self.last, "order numbers have no gap"
        self.parties.count(order.account, event.exec_seq)
        check_terms(listing, order, self.floor.now, self.floor.ends)
        position = Position(
            event.order_id, order, event.price, order.quantity, order.quantity
        )
        stops = order.order_type in {STOP, STOP_LIMIT}
        if stops and order.conditions is not None:
            position.stop = order.conditions.stop_price
            position.since = self._moment()
        check_price(listing, position, self.resting.values())
        if stops:
            self._wait(position, listing)
        else:
            self.moving = position

    def triggers(self, event: OrderTriggered) -> None:
        self.settle()
        position, self.triggered = self.triggered, None
        if position is None:
            name = event.order.instrument
            assert self.floor.listings[name].phase is Phase.TRADING
            position = self.reached.next(name)
            assert position is not None
            assert self.parties.may_enter(position.order.account, position.order.side)
            del self.waiting[position.number]
        assert position.number == event.order_id, "stops are triggered in order"
        assert event.order == position.order
        position.price = triggered_price(self.listing(position.order), position)
        assert (event.price, event.quantity) == (position.price, position.remaining)
        self.parties.count(position.order.account, event.exec_seq)
        position.stop = 0
        self.moving = position

    def trade(self, event: Trade) -> None:
        listing = self.listing(event.taker)
        if event.called:
            assert self.call is not None
            maker, taker = self.call.pair(self.resting.values())
            self.call.check(event, maker, taker)
        else:
            assert listing.phase is Phase.TRADING
            maker, taker = self._pair(event, listing)
        assert not self.parties.same(maker.order.account, taker.order.account)
        assert (event.maker_id, event.taker_id) == (maker.number, taker.number)
        assert (event.maker, event.taker) == (maker.order, taker.order)
        assert maker.accepts(event.price)
        assert taker.accepts(event.price)
        assert listing.band[0] <= event.price <= listing.band[1]
        self.settling.settle(event, maker, taker, listing)
        for position in (maker, taker):
            self._fill(position, event.quantity)
        assert event.maker_remaining == maker.remaining
        assert event.taker_remaining == taker.remaining
        assert event.maker_total == maker.quantity
        assert event.taker_total == taker.quantity
        assert event.taker_price == taker.price
        self.meet(listing)

    def meet(self, listing: Listing) -> None:
        """Let stop orders meet the last price, if the instrument trades."""
        if listing.phase is Phase.TRADING:
            self.reached.meet(listing.terms.instrument, listing.last)

    def refilled(self, event: OrderRefilled) -> None:
        position = self.refills.popleft()
        assert event.order_id == position.number
        assert event.order == position.order
        position.refills += 1
        self._enqueue(position)
        assert event.shown == position.shown > 0
        assert event.price == position.price
        assert (event.total, event.remaining) == (position.quantity, position.remaining)
        self.parties.count(position.order.account, event.exec_seq)

    def cancelled(self, event: OrderCancelled) -> None:
        if event.reason not in WHILE_MOVING:
            self.settle()  # time went on, and this comes after it
        position = self._position(event.order_id)
        assert event.order == position.order
        assert event.price == position.price
        assert event.quantity == position.remaining > 0
        assert event.filled == position.quantity - position.remaining
        assert event.rested is (event.order_id in self.resting)
        check_reason(self, position, event.reason)
        self.parties.count(position.order.account, event.exec_seq)
        self._forget(position)

    def reduced(self, event: OrderReduced) -> None:
        """Self-trade decrement: first the maker, then the taker, by one quantity."""
        position = self._position(event.order_id)
        assert event.order == position.order
        assert event.price == position.price
        assert event.rested is (event.order_id in self.resting)
        assert 0 < event.quantity < position.remaining
        self.met_own(position)
        position.quantity -= event.quantity
        self._fill(position, event.quantity)
        assert event.remaining == position.remaining
        assert event.total == position.quantity
        self.parties.count(position.order.account, event.exec_seq)

    def amended(self, event: OrderAmended) -> None:
        position = self.waiting.get(event.order_id) or self.resting[event.order_id]
        order, listing = position.order, self.listing(position.order)
        assert listing.phase in {Phase.TRADING, Phase.CALL}
        assert self.parties.may_enter(order.account, order.side)
        assert event.order == order
        assert event.previous_price == position.price
        traded = position.quantity - position.remaining
        assert event.remaining == event.quantity - traded > 0
        self.parties.count(order.account, event.exec_seq)
        grows = event.quantity > position.quantity
        moves = event.price != position.price or grows
        waits, restopped = position.stop > 0, event.stop_price != position.stop
        position.price, position.quantity = event.price, event.quantity
        position.remaining, position.amended = event.remaining, True
        if waits:
            assert event.priority_kept is not (restopped or grows)
            assert event.stop_price > 0
            position.stop = event.stop_price
            del self.waiting[position.number]
            check_price(listing, position, self.resting.values())
            if not event.priority_kept:
                position.since = self._moment()
            self._wait(position, listing)
            return
        assert event.stop_price == 0
        assert event.priority_kept is not moves
        if moves:
            self.moving = self.resting.pop(event.order_id)
            check_price(listing, position, self.resting.values())
            position.levels, position.picks, position.met = set(), None, 0
        position.shown = min(position.shown, position.remaining)

    def stands(self, event: OrderStands) -> None:
        resting, waiting = self.resting, self.waiting
        position = resting.get(event.order_id) or waiting.get(event.order_id)
        assert (position is not None) is (event.status is OrderStatus.OPEN)
        assert event.waiting is (event.order_id in waiting)
        if position is not None:
            assert event.order == position.order
            assert event.price == position.price
            assert event.quantity == position.quantity
            assert event.filled == position.quantity - position.remaining

    def uncrossed(self, event: Uncrossed) -> None:
        listing = self.floor.listings[event.instrument]
        assert listing.phase is Phase.CALL
        assert self.call is None or self.call.left == 0
        self.call = Call(event)
        self.call.check_price(self.resting.values(), listing)

    def open(self) -> list[Position]:
        return [*self.resting.values(), *self.waiting.values()]

    def listing(self, order: PlaceOrder) -> Listing:
        return self.floor.listings[order.instrument]

    def met(self, taker: Position) -> Position | None:
        """Return the order that ``taker`` must meet next, if it meets one."""
        if taker.picks is None:
            taker.picks = picked(self.resting.values(), taker)
        if taker.picks:
            return taker.picks[0]
        others = against(self.resting.values(), taker)
        return others[0] if others else None

    def met_own(self, position: Position) -> None:
        """Assert that a self-trade measure names two orders that would have met."""
        taker = self.moving
        assert taker is not None
        assert self.listing(taker.order).phase is Phase.TRADING
        newest = taker.order.self_trade is SelfTrade.CANCEL_NEWEST
        if position is taker and not newest:
            return  # its maker has gone before
        met = self.met(taker)
        assert met is not None
        assert self.parties.same(met.order.account, taker.order.account)
        if newest:
            assert position is taker
            stops = {STOP, STOP_LIMIT}
            assert taker.levels or taker.order.order_type in stops, "not refused"
        else:
            assert position is met
            self._meet(taker, met)

    def _pair(self, event: Trade, listing: Listing) -> tuple[Position, Position]:
        taker = self.moving
        assert taker is not None
        maker = self.met(taker)
        assert maker is not None
        assert maker.number == event.maker_id, "price before time"
        assert event.price == maker.price, "the maker's price"
        assert event.quantity == min(maker.shown, taker.remaining) > 0
        assert event.maker_price == 0
        self._meet(taker, maker)
        limit = listing.terms.take_levels
        assert not limit or len(taker.levels) <= limit, "too deep"
        return maker, taker

    def _meet(self, taker: Position, maker: Position) -> None:
        taker.met += 1
        assert taker.met <= work.MAX_FILLS
        taker.levels.add(maker.price)
        if taker.picks:
            assert taker.picks.pop(0) is maker

    def _wait(self, position: Position, listing: Listing) -> None:
        """Let a stop order wait, or move at once if the last price has reached it."""
        trades = listing.phase is Phase.TRADING
        if trades and position.triggered_by(listing.last):
            self.triggered = position
        else:
            self.waiting[position.number] = position

    def _enqueue(self, position: Position) -> None:
        """Put an order behind all others."""
        position.show()
        position.since = self._moment()

    def _moment(self) -> int:
        self.moments += 1
        return self.moments

    def _position(self, number: int) -> Position:
        if self.moving is not None and self.moving.number == number:
            return self.moving
        return self.waiting.get(number) or self.resting[number]

    def _fill(self, position: Position, quantity: int) -> None:
        position.remaining -= quantity
        if position.remaining == 0:
            self._forget(position)
        elif position is not self.moving:
            position.shown -= quantity
            if position.shown == 0:
                assert position.display
                self.refills.append(position)

    def _forget(self, position: Position) -> None:
        if position is self.moving:
            self.moving = None
        elif position.stop:
            del self.waiting[position.number]
        else:
            del self.resting[position.number]
