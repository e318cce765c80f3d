"""Events: facts that come out of the engine and cannot be refused.

An order's events carry ``order``, the PlaceOrder command that made it, and
``exec_seq``, the gapless number of that account's executions. What an amend
has changed since stands in the event itself. Cancels, fills and amends hold
what a reader needs to keep a book: side (of ``order``), price and remainder.
"""

from __future__ import annotations

from typing import final

import msgspec

from .commands import (
    AddKey,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    Transfer,
    Withdraw,
)
from .enums import CancelReason, OrderStatus, Phase, Reason


@final
class Rejected(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The command changed nothing.

    ``param`` names the field at fault; ``value`` is what was given and
    ``limit`` what it was held against, where the reason has such numbers.
    """

    reason: Reason
    param: str = ""
    value: int = 0
    limit: int = 0


@final
class OrderAccepted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The order is valid; its fills, its rest or its cancellation follow.

    ``price`` is what it trades up to: the protection price of a market order,
    the new price of a repriced post-only order, else its own.
    """

    order_id: int
    exec_seq: int
    price: int
    order: PlaceOrder


@final
class Trade(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` changed hands at the maker's price.

    ``trade_id`` is gapless per instrument. For both orders it tells the total
    and, after the fill, the remainder; the taker's price is what it trades up to.
    """

    trade_id: int
    price: int
    quantity: int
    maker_id: int
    maker_exec_seq: int
    maker_total: int
    maker_remaining: int
    maker: PlaceOrder
    taker_id: int
    taker_exec_seq: int
    taker_price: int
    taker_total: int
    taker_remaining: int
    taker: PlaceOrder


@final
class OrderCancelled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` tonnes left without trading; the order is finished.

    ``rested`` is false for the rest of a taker, which no book ever held.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    filled: int
    reason: CancelReason
    rested: bool
    order: PlaceOrder


@final
class OrderReduced(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Self-trade decrement took ``quantity``; ``remaining`` > 0 goes on."""

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    total: int
    remaining: int
    rested: bool
    order: PlaceOrder


@final
class OrderAmended(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The order now has this price and total; fills may follow.

    It stood at ``previous_price`` before. ``quantity`` is the new total,
    ``remaining`` what of it has not traded.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    remaining: int
    previous_price: int
    priority_kept: bool
    order: PlaceOrder


@final
class OrderStands(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A repeated client order id: nothing was done, the order stands like this."""

    order_id: int
    status: OrderStatus
    price: int
    quantity: int
    filled: int
    order: PlaceOrder


@final
class InstrumentListed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A book was opened."""

    terms: ListInstrument


@final
class PhaseChanged(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument now trades, halts or is closed."""

    instrument: str
    phase: Phase


@final
class ParticipantRegistered(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A company was admitted."""

    participant: str


@final
class KeyAdded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A key may log in."""

    terms: AddKey


@final
class KeyRevoked(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A key may do nothing any more; its sessions must end."""

    key_id: str


@final
class AccountOpened(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An account exists, with nothing in it."""

    terms: OpenAccount


@final
class Moved(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Cash or tonnes were credited, debited or transferred.

    ``duplicate`` tells that this client ref had done it before and nothing
    was done now.
    """

    terms: Deposit | Withdraw | Issue | Transfer
    duplicate: bool = False


@final
class DayBegun(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day ``date`` (YYYYMMDD) is open until ``ends_ns``."""

    date: int
    ends_ns: int


@final
class DayEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day is over; its day orders were cancelled before this."""

    date: int


Event = (
    Rejected
    | OrderAccepted
    | Trade
    | OrderCancelled
    | OrderReduced
    | OrderAmended
    | OrderStands
    | InstrumentListed
    | PhaseChanged
    | ParticipantRegistered
    | KeyAdded
    | KeyRevoked
    | AccountOpened
    | Moved
    | DayBegun
    | DayEnded
)
