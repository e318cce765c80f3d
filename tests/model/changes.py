"""What happens: the events of each command, and the rows after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    DAY,
    IOC,
    MARKET,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    CancelReason,
    DayBegun,
    DayEnded,
    Deposit,
    HaltInstrument,
    Issue,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    OrderStatus,
    Permission,
    Phase,
    PhaseChanged,
    PlaceOrder,
    Reason,
    Rejected,
    ResumeInstrument,
    SelfTrade,
    Trade,
    Transfer,
    Withdraw,
)

from . import reasons
from .world import Row, World


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Event

    from .world import Move

    Modelled = (
        PlaceOrder
        | AmendOrder
        | CancelOrder
        | CancelAll
        | Move
        | HaltInstrument
        | ResumeInstrument
        | BeginDay
    )

PRECEDENCE = list(Reason)


class Model(World):
    """Predicts exactly what an exchange does; of a refusal, its reason alone."""

    moments = 0  # counts whatever takes a place in time

    def pass_time(self, now: int) -> list[Event]:
        """Let time come to ``now`` and return what it does by itself."""
        self.now = max(self.now, now)
        if not self.date or self.now < self.ends:
            return []
        over = [row for row in self.open() if row.order.time_in_force is DAY]
        events: list[Event] = [
            self._cancel(row, CancelReason.SESSION_CLOSE) for row in over
        ]
        ended, self.date = self.date, 0
        return [*events, *self._phases(), DayEnded(ended)]

    def apply(self, command: Modelled) -> list[Event]:
        """Do what ``command`` says, or refuse it."""
        match command:
            case PlaceOrder():
                return self._place(command)
            case AmendOrder():
                return self._amend(command)
            case CancelOrder():
                return self._cancel_one(command)
            case CancelAll():
                return self._cancel_all(command)
            case Deposit() | Withdraw() | Issue() | Transfer():
                return self._move(command)
            case HaltInstrument() | ResumeInstrument():
                return self._halt_or_resume(command)
            case BeginDay():
                return self._begin(command)

    def trade(self, row: Row) -> list[Event]:
        """Let ``row`` meet the other side until nothing is left or in reach."""
        events: list[Event] = []
        while row.status is OrderStatus.OPEN:
            makers = self.makers(row.order, row.price)
            if not makers:
                break
            if self.own(makers[0], row.order):
                events += self._prevent(makers[0], row)
            else:
                events.append(self._trade(makers[0], row))
        return events

    def _place(self, command: PlaceOrder) -> list[Event]:
        account, name = command.account, command.client_order_id
        known = self.ids.get((account, name)) if name else None
        if known and not [*reasons.access(self, command.key, account)]:
            return [_stands(known, command)]
        if refused := _first(reasons.place(self, command)):
            return refused
        price, quantity = self.effective_price(command, command.price), command.quantity
        row = Row(len(self.rows) + 1, command, price, quantity, quantity, self.days)
        if refused := _first(
            [*reasons.enter(self, row), *reasons.too_many(self, command)]
        ):
            return refused
        self.rows.append(row)
        if name:
            self.ids[account, name] = row
        accepted = OrderAccepted(row.number, self._count(row), price, command)
        return [accepted, *self._enter(row)]

    def _amend(self, command: AmendOrder) -> list[Event]:
        if refused := _first(reasons.find(self, command)):
            return refused
        row = self.find(command.account, command.order_id, command.client_order_id)
        assert row is not None
        price, quantity = command.price or row.price, command.quantity or row.quantity
        if refused := _first(reasons.amend(self, row, price, quantity)):
            return refused
        if price != row.price:
            price = self.effective_price(row.order, price)
        if price == row.price and quantity <= row.quantity:
            row.quantity, row.remaining = quantity, quantity - row.filled
            return [self._amended(row, row.price, kept=True)]
        held = row.remaining * (row.price if row.order.side is BUY else 1)
        remaining = quantity - row.filled
        wanted = Row(row.number, row.order, price, quantity, remaining, row.day)
        if refused := _first(reasons.enter(self, wanted, held)):
            return refused
        before, row.resting = row.price, False
        row.price, row.quantity, row.remaining = price, quantity, remaining
        return [self._amended(row, before, kept=False), *self._enter(row)]

    def _cancel_one(self, command: CancelOrder) -> list[Event]:
        if refused := _first(reasons.find(self, command)):
            return refused
        row = self.find(command.account, command.order_id, command.client_order_id)
        assert row is not None
        return [self._cancel(row, CancelReason.CLIENT)]

    def _cancel_all(self, command: CancelAll) -> list[Event]:
        if refused := _first(reasons.cancel_all(self, command)):
            return refused
        return [
            self._cancel(row, CancelReason.CLIENT)
            for row in self.open(command.account)
            if command.instrument in ("", row.order.instrument)
            and command.side in (None, row.order.side)
        ]

    def _move(self, command: Move) -> list[Event]:
        ref = (command.account, command.client_ref)
        permitted = not [*reasons.authority(self, command.key, Permission.REGISTRY)]
        if permitted and ref in self.refs:
            _, known = self.refs[ref]
            if (
                type(known) is type(command)
                and replace(command, key=known.key) == known
            ):
                return [Moved(known, duplicate=True)]
            return [Rejected(Reason.DUPLICATE_CLIENT_REF)]
        if refused := _first(reasons.move(self, command)):
            return refused
        self.refs[ref] = (self.days, command)
        self.ledger.move(command)
        return [Moved(command)]

    def _halt_or_resume(
        self, command: HaltInstrument | ResumeInstrument
    ) -> list[Event]:
        if refused := _first(reasons.operate(self, command)):
            return refused
        name = command.instrument
        if isinstance(command, HaltInstrument):
            self.halted.add(name)
            return [PhaseChanged(name, Phase.HALTED)]
        self.halted.remove(name)
        return [PhaseChanged(name, Phase.TRADING if self.date else Phase.CLOSED)]

    def _begin(self, command: BeginDay) -> list[Event]:
        if refused := _first(reasons.begin(self, command)):
            return refused
        self.date = self.last_date = command.date
        self.ends = command.ends_ns
        self.days += 1
        for name, row in [*self.ids.items()]:
            if row.day < self.days - 1 and not row.resting:
                del self.ids[name]
        for ref, (day, _) in [*self.refs.items()]:
            if day < self.days - 1:
                del self.refs[ref]
        return [DayBegun(command.date, command.ends_ns), *self._phases()]

    def _phases(self) -> list[Event]:
        """Return what a day that begins or ends does to those not halted."""
        phase = Phase.TRADING if self.date else Phase.CLOSED
        names = [name for name in self.instruments if name not in self.halted]
        return [PhaseChanged(name, phase) for name in names]

    def _enter(self, row: Row) -> list[Event]:
        events = self.trade(row)
        if row.status is not OrderStatus.OPEN:
            return events
        if row.order.order_type is MARKET or row.order.time_in_force is IOC:
            return [*events, self._cancel(row, CancelReason.IOC)]
        self.moments += 1
        row.since, row.resting = self.moments, True
        return events

    def _trade(self, maker: Row, taker: Row) -> Trade:
        quantity = min(maker.remaining, taker.remaining)
        one, other = maker.order.account, taker.order.account
        buyer, seller = (one, other) if maker.order.side is BUY else (other, one)
        name = taker.order.instrument
        self.ledger.trade(buyer, seller, name, maker.price, quantity)
        for row in (maker, taker):
            row.remaining -= quantity
            if not row.remaining:
                row.status, row.resting = OrderStatus.FILLED, False
        self.trades[name] += 1
        return Trade(
            self.trades[name],
            maker.price,
            quantity,
            maker.number,
            self._count(maker),
            maker.quantity,
            maker.remaining,
            maker.order,
            taker.number,
            self._count(taker),
            taker.price,
            taker.quantity,
            taker.remaining,
            taker.order,
        )

    def _prevent(self, maker: Row, taker: Row) -> list[Event]:
        mode = taker.order.self_trade
        if mode is SelfTrade.DECREMENT:
            quantity = min(maker.remaining, taker.remaining)
            return [self._reduce(row, quantity) for row in (maker, taker)]
        ending = {
            SelfTrade.CANCEL_NEWEST: (taker,),
            SelfTrade.CANCEL_OLDEST: (maker,),
            SelfTrade.CANCEL_BOTH: (maker, taker),
        }[mode]
        return [self._cancel(row, CancelReason.SELF_TRADE) for row in ending]

    def _reduce(self, row: Row, quantity: int) -> Event:
        if row.remaining == quantity:
            return self._cancel(row, CancelReason.SELF_TRADE)
        row.quantity -= quantity
        row.remaining -= quantity
        return OrderReduced(
            row.number,
            self._count(row),
            row.price,
            quantity,
            row.quantity,
            row.remaining,
            row.resting,
            row.order,
        )

    def _cancel(self, row: Row, reason: CancelReason) -> Event:
        rested, row.resting = row.resting, False
        row.status = OrderStatus.CANCELLED
        return OrderCancelled(
            row.number,
            self._count(row),
            row.price,
            row.remaining,
            row.filled,
            reason,
            rested,
            row.order,
        )

    def _amended(self, row: Row, before: int, *, kept: bool) -> Event:
        return OrderAmended(
            row.number,
            self._count(row),
            row.price,
            row.quantity,
            row.remaining,
            before,
            kept,
            row.order,
        )

    def _count(self, row: Row) -> int:
        self.executions[row.order.account] += 1
        return self.executions[row.order.account]


def _first(found: Iterable[Reason]) -> list[Event]:
    """Return the refusal for the first reason by precedence, if there is one."""
    known = sorted(found, key=PRECEDENCE.index)
    return [Rejected(known[0])] if known else []


def _stands(row: Row, again: PlaceOrder) -> Event:
    first = row.order
    if replace(again, key=first.key, deadline_ns=first.deadline_ns) != first:
        return Rejected(Reason.DUPLICATE_CLIENT_ORDER_ID)
    return OrderStands(
        row.number, row.status, row.price, row.quantity, row.filled, first
    )
