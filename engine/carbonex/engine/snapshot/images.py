"""The rows of a snapshot. Rows refer to each other by name or number.

Rows are arrays: adding, moving or removing a field requires a new FORMAT. Derived
values are not stored: level totals, schedules, phases, timers, the sums of composite
prices, auctions' price limits.
"""

from __future__ import annotations

from typing import Final

import msgspec

from carbonex.engine.commands import (
    EligibilityRule,
    ListInstrument,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    RefCommand,
)
from carbonex.engine.enums import (
    CancelReason,
    CompositeMethod,
    Method,
    Permission,
    Restriction,
    Side,
)
from carbonex.engine.events import RefEvent
from carbonex.engine.supervision.watch_rows import WatchRow


FORMAT: Final = 1

PricesRow = tuple[int, int, int, int]  # open, high, low, last
# Tonnes, trades, and the turnover in fen as high and low part.
TallyRow = tuple[int, int, int, int]
# A trade: method, price, tonnes; buyer, its source and fee; seller, its source and fee;
# the taker's side; whether a call auction made it.
PrintRow = tuple[Method, int, int, str, int, int, str, int, int, Side, bool]
TalliesRow = tuple[TallyRow, TallyRow, TallyRow]  # listed, block, auction


class ExtrasRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What only some orders have.

    ``uncharged`` is how much the fees ``paid`` exceed what is owed, because of rounding
    up, in millionths of a fen. ``counted`` tells whether the account's holding counts
    the tonnes that a buy may bring.
    """

    display: int
    hidden: int
    stop_price: int
    rate: int
    paid: int
    uncharged: int
    reserve: int
    counted: bool
    place: int
    refills: int


class OrderRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An account's order: its command and its present state."""

    order_id: int
    price: int
    quantity: int
    remaining: int
    command: PlaceOrder
    extras: ExtrasRow | None


class ParticipantRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A company, its obligations, and the instruments in which it was reported."""

    name: str
    restriction: Restriction
    obligations: list[tuple[int, int, int, int]]  # year, due, surrendered, offset
    large_in: list[tuple[str, int]]


class KeyRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A participant's key, perhaps revoked."""

    key_id: str
    participant: str
    public_key: bytes
    permissions: Permission
    revoked: bool


class HoldingRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Tonnes of one instrument; ``maturing`` is by trading day."""

    instrument: str
    quantity: int
    available: int
    buying: int
    maturing: list[tuple[int, int]]
    frozen: tuple[int, int]  # frozen, and pending until it becomes available


class AccountRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An account with its open orders, oldest first; offers are in rows of their own.

    ``finished`` are closed orders that are kept only for their client order ids.
    ``ids_today`` and ``ids_yesterday`` are the order ids of the orders that client
    order ids stand for.
    """

    name: str
    participant: str
    max_client_ids: int
    max_open_orders: int
    max_stop_orders: int
    cash: int
    available: int
    frozen: tuple[int, int]  # of cash: frozen, and pending
    exec_seq: int
    holdings: list[HoldingRow]
    orders: list[OrderRow]
    finished: list[OrderRow]
    ids_today: list[int]
    ids_yesterday: list[int]
    refs_today: list[tuple[RefCommand, RefEvent]]
    refs_yesterday: list[tuple[RefCommand, RefEvent]]
    countdown: tuple[int, int] | None  # timeout, and when it fires, in ns


class SessionRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A session that requested cancel on disconnect."""

    number: int
    participant: str
    name: str
    connection: str
    grace_ns: int
    ends_ns: int
    gateway: int


class ProductRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A product's composite prices, composite methods and eligibility rules."""

    prices: PricesRow
    reference: int
    close: int
    method: CompositeMethod
    next_method: CompositeMethod | None
    eligibility: tuple[EligibilityRule, ...]


class RecordRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument's statistics."""

    prices: PricesRow
    day: TalliesRow
    year: TalliesRow
    total: TalliesRow


class TapeRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The day's trades that can be annulled, prices of older ones, and annulments."""

    trades: list[PrintRow]
    before: PricesRow
    annulled: list[int]
    uncharged: list[tuple[Method, int, int]]


class InstrumentRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument, with the order ids of its book and of its waiting stop orders.

    ``bids`` and ``asks`` are in the order in which they trade. ``waiting`` are the stop
    orders, buys then sells, each in the order in which they trigger. ``last_place`` is
    the highest place given to one of them so far.
    """

    terms: ListInstrument
    next_terms: ListInstrument | None
    next_terms_date: int
    halted: bool
    tradable: bool
    delisted: bool
    issued: int
    last_trade_id: int
    fees: int
    reference: int
    close: int
    limit_down: int
    limit_up: int
    sellable_day: int
    call_ends_ns: int
    call_waits_ns: int
    record: RecordRow
    annulled: int
    tape: TapeRow
    watch: WatchRow | None
    bids: list[int]
    asks: list[int]
    waiting: list[int]
    last_place: int
    awaits_price: bool


class BeforeRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The state just before the open trading day began; ``years`` is by instrument.

    ``terms`` are instrument number, the terms that were replaced, and the effective
    date of the terms that replaced them, or 0. ``unpriced`` are the numbers of
    instruments without a price, and whether they awaited one.
    """

    last_day: int
    last_order_id: int
    years: list[TalliesRow]
    terms: list[tuple[int, ListInstrument, int]]
    unpriced: list[tuple[int, bool]]


class MassCancelRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A mass cancel in progress: what it selects, and how far it has come."""

    reason: CancelReason
    account: str
    participant: str
    instrument: str
    side: Side | None
    session: str
    newest: int
    place: int
    order_id: int
    parked: bool


class Head(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The beginning of every format."""

    format: int


class Image(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The whole state; dicts are lists in the dict's order."""

    format: int
    semantics: int
    seq: int
    time_ns: int
    day: int
    last_day: int
    day_number: int
    day_ends_ns: int
    last_order_id: int
    last_block_id: int
    last_auction_id: int
    last_bid_id: int
    last_session_id: int
    cash: int
    suspension: str
    gateway: int
    gateways: list[tuple[int, int, int]]
    participants: list[ParticipantRow]
    keys: list[KeyRow]
    accounts: list[AccountRow]  # in the order of opening
    sessions: list[SessionRow]
    products: list[ProductRow]  # in the order in which the instruments name them
    instruments: list[InstrumentRow]  # in the order of listing
    blocks: list[tuple[int, ProposeBlock]]
    auctions: list[tuple[int, OpenAuction]]
    bids: list[tuple[int, PlaceBid]]  # of all auctions, by number
    before: BeforeRow | None
    cancels: list[MassCancelRow]  # the next in turn first
    reaching: list[tuple[int, int, int]]  # next first: instrument, fen from, fen to
    unfinished: bool
    secret: bytes
    plain_ids: int
    plain_blocks: int
    plain_bids: int
