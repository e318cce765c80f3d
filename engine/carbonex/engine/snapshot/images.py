"""The rows of a snapshot. Objects point to each other by name or number.

They are arrays: a field that is added, moved or removed makes another FORMAT.
What follows from the rest is not in them: level totals, schedules, phases,
timers, the sums of composite prices, auctions' price limits.
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


FORMAT: Final = 6

PricesRow = tuple[int, int, int, int]  # open, high, low, last
# Tonnes, trades, and fen as high and low part.
TallyRow = tuple[int, int, int, int]
# Of a trade: its method, price and tonnes; the buyer, its source and fee; the seller's;
# the taker's side, and whether a call auction made it.
PrintRow = tuple[Method, int, int, str, int, int, str, int, int, Side, bool]
TalliesRow = tuple[TallyRow, TallyRow, TallyRow]  # listed, block, auction


class ExtrasRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What only some orders have.

    ``uncharged`` is what the fees ``paid`` are more than what is owed, from
    rounding up, in millionths of a fen. ``counted`` tells that what a buy may
    bring is counted in its account's holding.
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
    """An order of an account's: what its command was, and what has become of it."""

    order_id: int
    price: int
    quantity: int
    remaining: int
    command: PlaceOrder
    extras: ExtrasRow | None


class ParticipantRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A company, what it owes, and the instruments it was reported in."""

    name: str
    restriction: Restriction
    obligations: list[tuple[int, int, int, int]]  # year, due, surrendered, offset
    large_in: list[tuple[str, int]]


class KeyRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A key that may log in, or might."""

    key_id: str
    participant: str
    public_key: bytes
    permissions: Permission
    revoked: bool


class HoldingRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Tonnes of one instrument; ``maturing`` by trading day."""

    instrument: str
    quantity: int
    available: int
    buying: int
    maturing: list[tuple[int, int]]
    frozen: tuple[int, int]  # what is, and what is to be as it becomes available


class AccountRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An account with its open orders by age; offers stand for themselves.

    ``finished`` are orders that only a client order id remembers. The ids are
    those of the orders of these numbers.
    """

    name: str
    participant: str
    max_client_ids: int
    max_open_orders: int
    max_stop_orders: int
    cash: int
    available: int
    frozen: tuple[int, int]  # of cash, likewise
    exec_seq: int
    holdings: list[HoldingRow]
    orders: list[OrderRow]
    finished: list[OrderRow]
    ids_today: list[int]
    ids_yesterday: list[int]
    refs_today: list[tuple[RefCommand, RefEvent]]
    refs_yesterday: list[tuple[RefCommand, RefEvent]]
    countdown: tuple[int, int] | None  # how long, and when it fires


class SessionRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A session that asked for cancel on disconnect."""

    number: int
    participant: str
    name: str
    connection: str
    grace_ns: int
    ends_ns: int
    gateway: int


class ProductRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A product's composite price, the methods that make it, and what its tonnes cover."""

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
    """The day's trades that may be annulled, prices of others, and what was annulled."""

    trades: list[PrintRow]
    before: PricesRow
    annulled: list[int]
    uncharged: list[tuple[Method, int, int]]


class InstrumentRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument, with the numbers of its book's orders, and of those that wait.

    ``bids`` and ``asks`` are in the order in which they trade, ``waiting`` stop
    orders buys, then sells, those that trigger first in front; ``last_place`` is the
    highest place that one of them has had.
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
    """What was before the open trading day began; ``years`` by instrument.

    ``terms`` are number, terms, and the date from which others hold, 0 for any;
    ``unpriced`` are the numbers of those without a price, and whether they awaited one.
    """

    last_day: int
    last_order_id: int
    years: list[TalliesRow]
    terms: list[tuple[int, ListInstrument, int]]
    unpriced: list[tuple[int, bool]]


class MassCancelRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A mass cancel that goes on: what it chooses, and how far it has come."""

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
    """What every format begins with."""

    format: int


class Image(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The whole state; dicts as lists in their order."""

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
    reaching: list[tuple[int, int, int]]  # likewise: instrument, fen from, fen to
    unfinished: bool
    secret: bytes
    plain_ids: int
    plain_blocks: int
    plain_bids: int
