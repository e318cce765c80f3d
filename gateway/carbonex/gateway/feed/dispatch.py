"""What each event means to each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carbonex.engine import (
    DayBegun,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    PhaseChanged,
    Trade,
    Transfer,
)

from .record import changed_terms


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Event, Exchange, PlaceOrder

    from .balances import Balances
    from .depth import Books
    from .executions import Executions
    from .notices import Instruments
    from .prints import Prints
    from .record import Record
    from .ticker import Tickers


class Rooms(NamedTuple):
    """The channels that events reach."""

    books: Books
    tickers: Tickers
    prints: Prints
    instruments: Instruments
    executions: Executions
    balances: Balances


class Dispatch:
    """Hands events on to the channels.

    An event costs a few dictionary look-ups where nobody follows anything. It
    also keeps what no event tells alone: the terms of orders that are not
    their commands' any more (one entry per such open order).
    """

    def __init__(self, exchange: Exchange, rooms: Rooms) -> None:
        self._books = rooms.books
        self._tickers = rooms.tickers
        self._prints = rooms.prints
        self._instruments = rooms.instruments
        self._executions = rooms.executions
        self._balances = rooms.balances
        self._balances_followed = rooms.balances.topics.followed
        self._terms = changed_terms(exchange)
        self._trades: list[Trade] = []  # of the command that is being read
        self._readers: dict[type[Event], Callable[[int, int, Any], None]] = {
            OrderAccepted: self._accepted,
            Trade: self._traded,
            OrderCancelled: self._cancelled,
            OrderAmended: self._amended,
            OrderReduced: self._reduced,
            Moved: self._moved,
            PhaseChanged: self._phase_changed,  # InstrumentListed is followed by one
            DayBegun: self._day_begun,
        }

    def read(self, seq: int, time_ns: int, events: list[Event]) -> None:
        """Take one command's events; send what is not conflated."""
        readers = self._readers
        for event in events:
            reader = readers.get(type(event))
            if reader is not None:
                reader(seq, time_ns, event)
        if self._trades:
            self._prints.publish(seq, time_ns, self._trades)
            self._trades = []
        if self._executions.news:
            self._executions.deliver()

    def _accepted(self, seq: int, time_ns: int, event: OrderAccepted) -> None:
        order = event.order
        if event.price != order.price:
            self._terms[event.order_id] = (event.price, order.quantity)
        self._touch(order, event.price)
        self._execute(order.account, (seq, time_ns, event, None))

    def _traded(self, seq: int, time_ns: int, event: Trade) -> None:
        maker, taker, terms = event.maker, event.taker, self._terms
        self._tickers.add(maker.instrument, event.price, event.quantity)
        self._trades.append(event)
        self._touch(maker, event.price)
        self._execute(maker.account, (seq, time_ns, event, terms.get(event.maker_id)))
        self._execute(taker.account, (seq, time_ns, event, terms.get(event.taker_id)))
        if not event.maker_remaining:
            terms.pop(event.maker_id, None)
        if not event.taker_remaining:
            terms.pop(event.taker_id, None)

    def _cancelled(self, seq: int, time_ns: int, event: OrderCancelled) -> None:
        self._terms.pop(event.order_id, None)
        if event.rested:
            self._touch(event.order, event.price)
        self._execute(event.order.account, (seq, time_ns, event, None))

    def _amended(self, seq: int, time_ns: int, event: OrderAmended) -> None:
        self._terms[event.order_id] = (event.price, event.quantity)
        self._touch(event.order, event.previous_price)
        self._touch(event.order, event.price)
        self._execute(event.order.account, (seq, time_ns, event, None))

    def _reduced(self, seq: int, time_ns: int, event: OrderReduced) -> None:
        order = event.order
        _, quantity = self._terms.get(event.order_id, (0, order.quantity))
        terms = self._terms[event.order_id] = (event.price, quantity - event.quantity)
        if event.rested:
            self._touch(order, event.price)
        self._execute(order.account, (seq, time_ns, event, terms))

    def _moved(self, _seq: int, _time_ns: int, event: Moved) -> None:
        self._balances.touch(event.terms.account)
        if type(event.terms) is Transfer:
            self._balances.touch(event.terms.to_account)

    def _phase_changed(self, _seq: int, _time_ns: int, event: PhaseChanged) -> None:
        self._instruments.change(event.instrument, event.phase)
        self._tickers.touched[event.instrument] = None

    def _day_begun(self, _seq: int, time_ns: int, _event: DayBegun) -> None:
        self._tickers.begin_day(time_ns)

    def _touch(self, order: PlaceOrder, price: int) -> None:
        """Note that the level of ``order``'s side at ``price`` may have changed."""
        instrument = order.instrument
        touched = self._books.touched.get(instrument)
        if touched is not None:
            touched[order.side].add(price)
        self._tickers.touched[instrument] = None

    def _execute(self, account: str, record: Record) -> None:
        self._executions.add(account, record)
        if account in self._balances_followed:
            self._balances.touch(account)
