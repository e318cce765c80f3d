"""Entries of the history store: one kind for each of its tables.

Entries hold integers (fen, tonnes, nanoseconds) and names as on the wire. Their fields
are the columns of the tables, in this order. ``date`` (YYYYMMDD) is the trading day of
an entry. Entries between two days belong to the next, and have date 0 until it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire.executions import decode


if TYPE_CHECKING:
    from carbonex.wire.channels import Execution

    # seq, time in ns, date
    When = tuple[int, int, int]


class AccountEntry(NamedTuple):
    """An account, and when it was opened."""

    account: str
    participant: str
    seq: int
    time_ns: int


class DayEntry(NamedTuple):
    """A trading day; the last two fields are None until it has ended."""

    date: int
    begin_seq: int
    begin_ns: int
    end_seq: int | None
    end_ns: int | None


class TradeEntry(NamedTuple):
    """A trade of the venue; ``side`` is the taker's.

    ``method`` is listed, block or auction; ``called`` marks a listed trade of a call
    auction. Listed trades name the two orders. ``source_id`` is the id of the block or
    auction, ``bid_id`` that of the bid. Fees in fen.
    """

    instrument: str
    trade_id: int
    seq: int
    time_ns: int
    date: int
    method: str
    called: bool
    price: int
    quantity: int
    side: str
    buyer: str
    buyer_order_id: int
    buyer_fee: int
    seller: str
    seller_order_id: int
    seller_fee: int
    source_id: int
    bid_id: int


class AnnulmentEntry(NamedTuple):
    """An annulled trade; both fees (fen) were refunded."""

    instrument: str
    trade_id: int
    seq: int
    time_ns: int
    date: int
    buyer_fee: int
    seller_fee: int
    reason: str


class ExecutionEntry(NamedTuple):
    """A change of an order, or a trade without an order, as its account received it.

    ``encoded`` is the execution in its stored form; the other fields are those that
    queries need. ``ended_order`` is the id of the order that it ended; ``post_only``,
    ``self_trade`` and ``session`` are that order's, if they are not the defaults. The
    fields from ``trade_id`` on belong to trades and their annulments. ``price`` is the
    trade's, and ``fee`` what the account paid, or got back.
    """

    account: str
    exec_seq: int
    date: int
    encoded: bytes
    ended_order: int | None = None
    post_only: str | None = None
    self_trade: str | None = None
    session: str | None = None
    trade_id: int | None = None
    annulled: bool | None = None
    seq: int | None = None
    time_ns: int | None = None
    instrument: str | None = None
    method: str | None = None
    side: str | None = None
    price: int | None = None
    quantity: int | None = None
    fee: int | None = None

    @property
    def execution(self) -> Execution:
        """The execution, with the engine's numbers as ids."""
        return decode(self.encoded)


class MovementEntry(NamedTuple):
    """Incoming (+) or outgoing (-) cash (``instrument`` is empty, fen) or tonnes.

    ``kind`` is deposit, withdraw, issue, transfer, surrender, retire, transfer_out or
    brought_forward; trades are not movements. A transfer has an entry on each of its
    two accounts, which name each other. ``year`` is the obligation year of a surrender.
    brought_forward replaces rows that were gone from the log when the history was
    built.
    """

    account: str
    seq: int
    time_ns: int
    date: int
    kind: str
    instrument: str
    amount: int
    other_account: str
    client_ref: str
    year: int


class BalanceEntry(NamedTuple):
    """An account's closing balance on a day on which it changed.

    ``instrument`` is empty for cash. The empty account is the venue's own: the fees it
    has received.
    """

    account: str
    instrument: str
    date: int
    quantity: int


class AlertEntry(NamedTuple):
    """A surveillance alert; ``orders`` and ``trades`` are comma-separated ids."""

    seq: int
    time_ns: int
    date: int
    kind: str
    instrument: str
    participant: str
    counterparty: str
    value: int
    threshold: int
    side: str
    orders: str
    trades: str


class BlockEntry(NamedTuple):
    """A step in a block proposal's life: ``status`` is open, or how it ended."""

    block_id: int
    status: str
    seq: int
    time_ns: int
    date: int
    proposer: str
    account: str
    counterparty: str
    instrument: str
    side: str
    price: int
    quantity: int
    client_ref: str
    counters: int
    answered_by: str


class AuctionEntry(NamedTuple):
    """A one-way auction when it was announced, closed or cancelled.

    Fields that do not apply are 0. ``price``, ``filled``, ``turnover``, ``bids`` and
    ``bid_quantity`` are its result.
    """

    auction_id: int
    status: str
    seq: int
    time_ns: int
    date: int
    account: str
    instrument: str
    side: str
    quantity: int
    opens_ns: int
    closes_ns: int
    client_ref: str
    pricing: str
    too_few_bids: str
    sealed: bool
    reserve: int
    bidder_limit: int
    price_limit: int
    price: int = 0
    filled: int = 0
    turnover: int = 0
    bids: int = 0
    bid_quantity: int = 0


class BidEntry(NamedTuple):
    """A step in a bid's life: ``status`` is open, or how it ended."""

    bid_id: int
    status: str
    seq: int
    time_ns: int
    date: int
    auction_id: int
    account: str
    price: int
    quantity: int
    client_ref: str
    filled: int


CASH: Final = ""  # the instrument of cash
VENUE_FEES: Final = ""  # the account of the venue's fees

BROUGHT_FORWARD: Final = "brought_forward"

Entry = (
    AccountEntry
    | TradeEntry
    | AnnulmentEntry
    | ExecutionEntry
    | MovementEntry
    | AlertEntry
    | BlockEntry
    | AuctionEntry
    | BidEntry
)
