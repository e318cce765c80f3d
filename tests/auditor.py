"""An auditor who sees only the events and keeps the whole market's books.

It never looks at a command or into the exchange. From events alone it knows
every queue, balance and lock, and it asserts at each one that the rules were
kept: price before time, maker's price, no self-trade, nothing stopped early,
every counter without a gap. ``compare`` then holds the exchange against it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    DAY,
    GTC,
    IOC,
    LIMIT,
    AccountOpened,
    CancelReason,
    DayBegun,
    DayEnded,
    Exchange,
    InstrumentListed,
    KeyAdded,
    KeyRevoked,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    ParticipantRegistered,
    Phase,
    PhaseChanged,
    PlaceOrder,
    PostOnly,
    Rejected,
    Side,
    Trade,
)
from ledger import Ledger


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Applied, Event


@dataclass
class Position:
    """An open order as its events tell it; ``since`` is its place in time."""

    number: int
    order: PlaceOrder
    price: int
    quantity: int
    remaining: int
    since: int

    @property
    def urgency(self) -> tuple[int, int]:
        """Smaller trades first."""
        return (-self.price if self.order.side is BUY else self.price, self.since)

    def accepts(self, price: int) -> bool:
        return self.price >= price if self.order.side is BUY else self.price <= price


class Auditor:
    """Reads what an exchange did and objects (AssertionError) to any breach."""

    def __init__(self) -> None:
        self.resting: dict[int, Position] = {}
        self.moving: Position | None = None  # has not found its place yet
        self.orders = 0
        self.moments = 0
        self.day = 0
        self.phases: dict[str, Phase] = {}
        self.owners: dict[str, str] = {}
        self.executions: Counter[str] = Counter()  # per account
        self.trades: Counter[str] = Counter()  # per instrument
        self.ledger = Ledger()

    def read(self, applied: Applied) -> None:
        """Audit one batch."""
        self._read_all(applied.due)
        for events in applied.replies:
            refusals = [event for event in events if type(event) is Rejected]
            assert not refusals or refusals == events, (
                "refused, and yet it did something"
            )
            self._read_all(events)

    def _read_all(self, events: Iterable[Event]) -> None:
        assert self.moving is None
        for event in events:
            self._read(event)
        if self.moving is not None:
            self._rest(self.moving)

    def _read(self, event: Event) -> None:
        match event:
            case OrderAccepted():
                self._accepted(event)
            case Trade():
                self._trade(event)
            case OrderCancelled():
                self._cancelled(event)
            case OrderReduced():
                self._reduced(event)
            case OrderAmended():
                self._amended(event)
            case OrderStands():
                self._stands(event)
            case Moved(terms, duplicate):
                if not duplicate:
                    self.ledger.move(terms)
            case _:
                self._read_rare(event)

    def _read_rare(self, event: Event) -> None:
        match event:
            case AccountOpened(terms):
                self.owners[terms.account] = terms.participant
            case InstrumentListed(terms):
                assert terms.instrument not in self.phases
            case PhaseChanged(instrument, phase):
                assert phase is not self.phases.get(instrument)
                self.phases[instrument] = phase
            case DayBegun(date):
                assert date > self.day
                self.day = date
            case DayEnded(date):
                assert date == self.day
                assert Phase.TRADING not in self.phases.values()
                left = [position.order for position in self.resting.values()]
                assert all(order.time_in_force is GTC for order in left)
            case Rejected() | ParticipantRegistered() | KeyAdded() | KeyRevoked():
                pass
            case _:
                raise AssertionError(event)

    # Orders

    def _accepted(self, event: OrderAccepted) -> None:
        order = event.order
        assert self.phases[order.instrument] is Phase.TRADING
        assert self.moving is None
        self.orders += 1
        assert event.order_id == self.orders, "order numbers have no gap"
        self._count(order.account, event.exec_seq)
        if order.order_type is LIMIT and order.post_only is not PostOnly.REPRICE:
            assert event.price == order.price
        self.moving = Position(
            event.order_id, order, event.price, order.quantity, order.quantity, 0
        )

    def _trade(self, event: Trade) -> None:
        maker, taker = self.resting[event.maker_id], self.moving
        assert taker is not None
        instrument = taker.order.instrument
        assert event.taker_id == taker.number
        assert event.maker == maker.order
        assert event.taker == taker.order
        assert maker is self._first_against(taker), "price before time"
        assert event.price == maker.price, "the maker's price"
        assert taker.accepts(event.price)
        assert not self._same_owner(maker, taker), "nobody trades with themselves"
        assert event.quantity == min(maker.remaining, taker.remaining) > 0
        self.trades[instrument] += 1
        assert event.trade_id == self.trades[instrument], "trade numbers have no gap"
        self._count(maker.order.account, event.maker_exec_seq)
        self._count(taker.order.account, event.taker_exec_seq)
        self._take(maker, event.quantity)
        self._take(taker, event.quantity)
        assert event.maker_remaining == maker.remaining
        assert event.taker_remaining == taker.remaining
        assert event.maker_total == maker.quantity
        assert event.taker_total == taker.quantity
        assert event.taker_price == taker.price
        one, other = taker.order.account, maker.order.account
        buyer, seller = (one, other) if taker.order.side is BUY else (other, one)
        self.ledger.trade(buyer, seller, instrument, event.price, event.quantity)

    def _cancelled(self, event: OrderCancelled) -> None:
        position = self._position(event.order_id)
        order = position.order
        assert event.order == order
        assert event.price == position.price
        assert event.quantity == position.remaining > 0
        assert event.filled == position.quantity - position.remaining
        assert event.rested is (event.order_id in self.resting)
        if event.reason is CancelReason.IOC:
            assert not event.rested
            assert order.time_in_force is IOC or order.order_type is not LIMIT
            self._assert_nothing_left_for(position)
        elif event.reason is CancelReason.SELF_TRADE:
            self._assert_own_orders_met(position)
        elif event.reason is CancelReason.SESSION_CLOSE:
            assert order.time_in_force is DAY
        self._count(order.account, event.exec_seq)
        self._take(position, position.remaining)

    def _reduced(self, event: OrderReduced) -> None:
        position = self._position(event.order_id)
        assert event.order == position.order
        assert event.price == position.price
        assert event.rested is (event.order_id in self.resting)
        assert 0 < event.quantity < position.remaining
        self._assert_own_orders_met(position)
        position.quantity -= event.quantity
        self._take(position, event.quantity)
        assert event.remaining == position.remaining
        assert event.total == position.quantity
        self._count(position.order.account, event.exec_seq)

    def _amended(self, event: OrderAmended) -> None:
        position = self.resting[event.order_id]
        order = position.order
        assert self.phases[order.instrument] is Phase.TRADING
        assert event.order == order
        assert event.previous_price == position.price
        traded = position.quantity - position.remaining
        assert event.remaining == event.quantity - traded > 0
        loses = event.price != position.price or event.quantity > position.quantity
        assert event.priority_kept is not loses
        self._count(order.account, event.exec_seq)
        position.price, position.quantity = event.price, event.quantity
        position.remaining = event.remaining
        if loses:
            self.moving = self.resting.pop(event.order_id)

    def _stands(self, event: OrderStands) -> None:
        position = self.resting.get(event.order_id)
        assert (position is not None) is (event.status == 0)
        if position is not None:
            assert event.order == position.order
            assert event.price == position.price
            assert event.quantity == position.quantity
            assert event.filled == position.quantity - position.remaining

    def _rest(self, position: Position) -> None:
        assert position.order.time_in_force in {DAY, GTC}
        assert position.order.order_type is LIMIT
        self._assert_nothing_left_for(position)
        self.moments += 1
        position.since = self.moments
        self.resting[position.number] = position
        self.moving = None

    def _position(self, number: int) -> Position:
        if self.moving is not None and self.moving.number == number:
            return self.moving
        return self.resting[number]

    def _take(self, position: Position, quantity: int) -> None:
        position.remaining -= quantity
        if position.remaining:
            return
        if position is self.moving:
            self.moving = None
        else:
            del self.resting[position.number]

    def _first_against(self, taker: Position) -> Position | None:
        """Return the resting order that ``taker`` meets first, if it meets one."""
        order = taker.order
        others = [
            position
            for position in self.resting.values()
            if position.order.instrument == order.instrument
            and position.order.side is not order.side
            and taker.accepts(position.price)
        ]
        return min(others, key=lambda position: position.urgency, default=None)

    def _same_owner(self, one: Position, other: Position) -> bool:
        return self.owners[one.order.account] == self.owners[other.order.account]

    def _assert_nothing_left_for(self, position: Position) -> None:
        assert self._first_against(position) is None, "stopped before it was done"

    def _assert_own_orders_met(self, position: Position) -> None:
        """A self-trade measure names the two orders that would have traded."""
        taker = self.moving
        if taker is None or position is taker:
            return  # the other of the pair has gone before
        assert self._first_against(taker) is position
        assert self._same_owner(position, taker)

    def _count(self, account: str, exec_seq: int) -> None:
        self.executions[account] += 1
        assert exec_seq == self.executions[account], "execution numbers have no gap"

    def compare(self, exchange: Exchange) -> None:
        """Assert that ``exchange`` agrees with everything the events told."""
        self.ledger.compare(exchange)
        for name, instrument in exchange.instruments.items():
            assert instrument.phase is self.phases[name]
            assert instrument.last_trade_id == self.trades[name]
            for side in Side:
                depth = instrument.book.depth(side, len(self.resting) + 1)
                assert [tuple(level) for level in depth] == self.depth(name, side)
        for name in exchange.accounts:
            self._compare_account(exchange, name)

    def depth(self, instrument: str, side: Side) -> list[tuple[int, int, int]]:
        """Return price, total and number of orders of each level, best first."""
        queue = [
            position
            for position in self.resting.values()
            if position.order.side is side and position.order.instrument == instrument
        ]
        prices = {position.price for position in queue}
        return [
            (
                price,
                sum(p.remaining for p in queue if p.price == price),
                sum(1 for p in queue if p.price == price),
            )
            for price in sorted(prices, reverse=side is BUY)
        ]

    def _compare_account(self, exchange: Exchange, name: str) -> None:
        account = exchange.accounts[name]
        own = [p for p in self.resting.values() if p.order.account == name]
        buys = [p for p in own if p.order.side is BUY]
        assert account.locked == sum(p.price * p.remaining for p in buys)
        assert account.locked <= account.cash
        assert account.exec_seq == self.executions[name]
        assert list(account.orders) == sorted(p.number for p in own)
        for instrument, holding in account.holdings.items():
            sells = [p for p in own if p not in buys]
            sells = [p for p in sells if p.order.instrument == instrument]
            assert holding.locked == sum(p.remaining for p in sells)
            assert holding.locked <= holding.quantity
