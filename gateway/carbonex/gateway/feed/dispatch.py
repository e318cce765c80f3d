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


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Event, PlaceOrder

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

    An event costs a few dictionary look-ups where nobody follows anything.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._books = rooms.books
        self._tickers = rooms.tickers
        self._prints = rooms.prints
        self._instruments = rooms.instruments
        self._executions = rooms.executions
        self._balances = rooms.balances
        self._balances_followed = rooms.balances.topics.followed
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
        self._touch(order, event.price)
        self._execute(order.account, (seq, time_ns, event))

    def _traded(self, seq: int, time_ns: int, event: Trade) -> None:
        maker = event.maker
        self._tickers.add(maker.instrument, event.price, event.quantity)
        self._trades.append(event)
        self._touch(maker, event.price)
        record = (seq, time_ns, event)
        self._execute(maker.account, record)
        self._execute(event.taker.account, record)

    def _cancelled(self, seq: int, time_ns: int, event: OrderCancelled) -> None:
        if event.rested:
            self._touch(event.order, event.price)
        self._execute(event.order.account, (seq, time_ns, event))

    def _amended(self, seq: int, time_ns: int, event: OrderAmended) -> None:
        self._touch(event.order, event.previous_price)
        self._touch(event.order, event.price)
        self._execute(event.order.account, (seq, time_ns, event))

    def _reduced(self, seq: int, time_ns: int, event: OrderReduced) -> None:
        if event.rested:
            self._touch(event.order, event.price)
        self._execute(event.order.account, (seq, time_ns, event))

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
