"""What the history store keeps: one kind of entry for each of its tables.

Entries hold integers (fen, tonnes, nanoseconds) and the wire's names. Their
fields are the columns of the tables, in this order. ``date`` (YYYYMMDD) is the
trading day that an entry belongs to: what happens between two days belongs to
the next, and has date 0 until that begins.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class AccountEntry(NamedTuple):
    """An account, since it was opened."""

    account: str
    participant: str
    seq: int
    time_ns: int


class DayEntry(NamedTuple):
    """A trading day; the last two are None until it has ended."""

    date: int
    begin_seq: int
    begin_ns: int
    end_seq: int | None
    end_ns: int | None


class TradeEntry(NamedTuple):
    """One trade of the venue; ``side`` is the taker's.

    ``method`` is listed, block or auction, ``called`` marks a listed one of a call
    auction. Listed trades name the two orders; ``source_id`` is the block's or
    the auction's number, ``bid_id`` the bid's. Fees in fen.
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
    """A trade that was taken back; fees in fen are what both got back."""

    instrument: str
    trade_id: int
    seq: int
    time_ns: int
    date: int
    buyer_fee: int
    seller_fee: int
    reason: str


class ExecutionEntry(NamedTuple):
    """One change of one order, as its account was told it; or a trade of no order.

    ``event`` is new, trade, triggered, refilled, reduced, amended, cancelled or
    annulled, which belongs to no order.
    ``price`` is what the order traded up to and ``quantity`` its total, both
    after the change. From ``trade_id`` to ``source_id`` all belongs to trade,
    ``cancelled`` and ``reason`` to cancelled and reduced, ``priority_kept`` to
    amended, ``shown`` to refilled, the rest to orders that have conditions, are not as
    most are, or were placed in a named session.
    """

    account: str
    exec_seq: int
    seq: int
    time_ns: int
    date: int
    event: str
    order_id: int
    client_order_id: str
    instrument: str
    side: str
    order_type: str
    time_in_force: str
    price: int
    quantity: int
    filled: int
    remaining: int
    status: str
    trade_id: int | None = None
    last_price: int | None = None
    last_quantity: int | None = None
    liquidity: str | None = None
    fee: int | None = None
    method: str | None = None
    called: bool | None = None
    source_id: int | None = None
    cancelled: int | None = None
    reason: str | None = None
    priority_kept: bool | None = None
    shown: int | None = None
    stop_price: int | None = None
    display_quantity: int | None = None
    expires_ns: int | None = None
    post_only: str | None = None
    self_trade: str | None = None
    session: str | None = None


class MovementEntry(NamedTuple):
    """Cash (``instrument`` is empty, fen) or tonnes that came (+) or went (-).

    ``kind`` is deposit, withdraw, issue, transfer, surrender, retire,
    transfer_out or brought_forward; trades are not among them. A transfer has
    an entry on each of its two accounts, which name each other. ``year`` is
    the obligation's of a surrender. What is brought forward makes up for rows
    that the log did not have any more when the history was made.
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
    """What an account had at the end of a day on which it changed.

    Of cash ``instrument`` is empty. The empty account is the venue's own: the
    fees that it has taken.
    """

    account: str
    instrument: str
    date: int
    quantity: int


class AlertEntry(NamedTuple):
    """What supervision noticed; ``orders`` and ``trades`` are lists with commas."""

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

    What is 0 does not apply. ``price``, ``filled``, ``turnover``, ``bids`` and
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


CASH: Final = ""  # as an instrument
VENUE_FEES: Final = ""  # as an account

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
