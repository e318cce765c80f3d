"""The expected content of the history, derived from the log's events."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    AccountOpened,
    Alert,
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    Bulletin,
    DayBegun,
    DayEnded,
    Deposit,
    Issue,
    LargeHolder,
    Method,
    Moved,
    OffBookTrade,
    ProductBulletin,
    Trade,
    Transfer,
    Withdraw,
)
from carbonex.journal import HistoryError, HistoryReader
from carbonex.journal.history import ExecutionEntry
from carbonex.wire.executions import with_ids
from carbonex.wire.money import parse_fen

from .order_numbers import IDS
from .record import wrong


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Event
    from carbonex.wire import channels


# The compared columns of each table; the others follow from them.
COLUMNS: Final = {
    "days": "date, begin_seq, begin_ns, end_seq, end_ns",
    "accounts": "account, participant, seq",
    "trades": "instrument, trade_id, seq, time_ns, date, method, called, price,"
    " quantity, side, buyer, buyer_fee, seller, seller_fee, source_id, bid_id",
    "movements": "account, seq, time_ns, date, instrument, amount, other_account,"
    " client_ref",
    "balances": "account, instrument, date, quantity",
    "blocks": "block_id, status <> 'open', seq, date, proposer, counterparty, price,"
    " quantity, answered_by",
    "auctions": "auction_id, status <> 'announced', seq, date, account, quantity,"
    " price, filled, turnover, bids, bid_quantity",
    "bids": "bid_id, status <> 'open', seq, date, auction_id, account, price, quantity,"
    " filled",
    "alerts": "seq, date, instrument, participant, counterparty, value, threshold",
    "bulletins": "seq, date, instrument, product, reference, open, high, low, close,"
    " day_listed_quantity, day_listed_turnover, day_block_quantity, total_auction_trades",
}


class Noted(NamedTuple):
    """The history's content when a follower ended."""

    position: int
    chain: bytes
    # by account: number of executions, and the last exec_seq
    newest: dict[str, tuple[int, int]]
    held: dict[tuple[str, str], int]


def note_of(path: Path) -> Noted | None:
    """Return the history's current content, or None if it is unreadable."""
    try:
        with HistoryReader(path) as history:
            rows = history.select(
                "SELECT account, count(*), max(exec_seq) FROM executions GROUP BY 1"
            )
            newest = {account: (count, last) for account, count, last in rows}
            return Noted(*history.watermark, newest, history.held())
    except HistoryError:
        return None


@final
class Past:
    """Reads every event."""

    def __init__(self) -> None:
        self.held: Counter[tuple[str, str]] = Counter()
        self._rows: dict[str, list[list[Any]]] = {table: [] for table in COLUMNS}
        self._date = 0
        # rows without a date yet, and the date's index
        self._undated: list[tuple[list[Any], int]] = []
        self._changed: set[tuple[str, str]] = set()

    def read(self, seq: int, time_ns: int, event: Event) -> None:
        """Record one event."""
        if getattr(event, "duplicate", False):
            return
        if isinstance(event, DayBegun):
            self._begin_day(seq, time_ns, event.date)
        elif isinstance(event, DayEnded):
            self._end_day(seq, time_ns, event.date)
        elif isinstance(event, Trade | OffBookTrade):
            self._trade(seq, time_ns, event)
        elif isinstance(event, Moved):
            self._move(seq, time_ns, event)
        elif isinstance(event, AccountOpened):
            terms = event.terms
            self._rows["accounts"].append([terms.account, terms.participant, seq])
        else:
            self._offer(seq, event)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows as dicts by column."""
        names = COLUMNS[table].split(", ")
        return [dict(zip(names, row, strict=True)) for row in self._rows[table]]

    def closing(self, account: str, instrument: str, date: int) -> int:
        """Return an account's balance at a day's end. Linear in all closings."""
        found = 0
        for owner, what, on, quantity in self._rows["balances"]:
            if (owner, what) == (account, instrument) and on <= date:
                found = quantity
        return found

    def compare(
        self, history: HistoryReader, executions: list[channels.Execution]
    ) -> None:
        """Compare a whole history with the expected one.

        Raises:
            Wrong: At the first table with other rows.

        """
        for table, columns in COLUMNS.items():
            found = [list(r) for r in history.select(f"SELECT {columns} FROM {table}")]
            _same(table, found, self._rows[table])
        stored = history.select("SELECT * FROM executions")
        entries = [ExecutionEntry(*row) for row in stored]
        _same(
            "executions",
            [_columns(entry) for entry in entries],
            [_columns_of(item) for item in executions],
        )
        _same(
            "executions",
            [[with_ids(entry.execution, IDS, replayed=False)] for entry in entries],
            [[replace(item, replayed=False)] for item in executions],
        )
        held = {whose: number for whose, number in self.held.items() if number}
        if history.held() != held:
            raise wrong(
                "the history is the log's", f"{history.held()} held, not {held}"
            )

    def _begin_day(self, seq: int, time_ns: int, date: int) -> None:
        self._date = date
        self._rows["days"].append([date, seq, time_ns, None, None])
        for row, place in self._undated:
            row[place] = date
        self._undated.clear()

    def _end_day(self, seq: int, time_ns: int, date: int) -> None:
        self._date = 0
        self._rows["days"][-1][3:] = [seq, time_ns]
        self._rows["balances"] += [
            [*whose, date, self.held[whose]] for whose in sorted(self._changed)
        ]
        self._changed.clear()

    def _trade(self, seq: int, time_ns: int, event: Trade | OffBookTrade) -> None:
        if isinstance(event, Trade):
            sides = (event.maker, event.maker_fee), (event.taker, event.taker_fee)
            buys_first = event.maker.side is BUY
            (buy, buy_fee), (sell, sell_fee) = sides if buys_first else sides[::-1]
            buyer, seller, side = buy.account, sell.account, event.taker.side
            instrument, method, source, bid = (
                event.maker.instrument,
                Method.LISTED,
                0,
                0,
            )
            called = event.called
        else:
            buyer, buy_fee, seller, sell_fee = (
                *(event.buyer, event.buyer_fee),
                *(event.seller, event.seller_fee),
            )
            side, instrument, method = event.taker_side, event.instrument, event.method
            source, bid, called = event.source_id, event.bid_id, False
        worth = event.price * event.quantity
        self._dated(
            "trades",
            4,
            [
                *(instrument, event.trade_id, seq, time_ns, 0, method.name.lower()),
                *(called, event.price, event.quantity, side.name.lower()),
                *(buyer, buy_fee, seller, sell_fee, source, bid),
            ],
        )
        self._change(buyer, instrument, event.quantity)
        self._change(seller, instrument, -event.quantity)
        self._change(buyer, "", -worth - buy_fee)
        self._change(seller, "", worth - sell_fee)
        self._change("", "", buy_fee + sell_fee)

    def _move(self, seq: int, time_ns: int, event: Moved) -> None:
        terms = event.terms
        when = [seq, time_ns, 0]
        if isinstance(terms, Deposit | Withdraw):
            amount = terms.amount if isinstance(terms, Deposit) else -terms.amount
            entries = [(terms.account, "", amount, "")]
        elif isinstance(terms, Transfer):
            what, there, here = terms.instrument, terms.to_account, terms.account
            entries = [
                (here, what, -terms.quantity, there),
                (there, what, terms.quantity, here),
            ]
        else:
            amount = terms.quantity if isinstance(terms, Issue) else -terms.quantity
            entries = [(terms.account, terms.instrument, amount, "")]
        for account, what, amount, other in entries:
            row = [account, *when, what, amount, other, terms.client_ref]
            self._dated("movements", 3, row)
            self._change(account, what, amount)

    def _offer(self, seq: int, event: Event) -> None:
        if isinstance(event, BlockProposed | BlockEnded):
            terms, ended = event.terms, isinstance(event, BlockEnded)
            by = event.answered_by if isinstance(event, BlockEnded) else ""
            about = [
                event.proposer,
                terms.counterparty,
                terms.price,
                terms.quantity,
                by,
            ]
            self._dated("blocks", 3, [event.block_id, ended, seq, 0, *about])
        elif isinstance(event, AuctionOpened):
            about = [event.terms.account, event.terms.quantity, 0, 0, 0, 0, 0]
            self._dated("auctions", 3, [event.auction_id, False, seq, 0, *about])
        elif isinstance(event, AuctionClosed):
            result = [event.price, event.quantity, event.turnover]
            about = [event.terms.account, event.terms.quantity, *result]
            about += [event.bids, event.bid_quantity]
            self._dated("auctions", 3, [event.auction_id, True, seq, 0, *about])
        elif isinstance(event, BidPlaced | BidEnded):
            bid, filled = event.terms, getattr(event, "filled", 0)
            about = [bid.auction_id, bid.account, bid.price, bid.quantity, filled]
            ended = isinstance(event, BidEnded)
            self._dated("bids", 3, [event.bid_id, ended, seq, 0, *about])
        elif isinstance(event, Alert):
            who = [event.instrument, event.participant, event.counterparty]
            self._dated("alerts", 1, [seq, 0, *who, event.value, event.limit])
        elif isinstance(event, LargeHolder):
            who = [event.instrument, event.participant, ""]
            self._dated("alerts", 1, [seq, 0, *who, event.held, event.limit])
        elif isinstance(event, Bulletin):
            self._bulletin(seq, event.instrument, event)
        elif isinstance(event, ProductBulletin):
            self._bulletin(seq, "", event)

    def _bulletin(
        self, seq: int, instrument: str, event: Bulletin | ProductBulletin
    ) -> None:
        prices = [event.reference, event.open, event.high, event.low, event.close]
        day, total = event.day, event.total
        volumes = [day.listed_quantity, day.listed_turnover, day.block_quantity]
        row = [seq, event.date, instrument, event.product, *prices, *volumes]
        self._rows["bulletins"].append([*row, total.auction_trades])

    def _dated(self, table: str, place: int, row: list[Any]) -> None:
        """Add a row with the open day's date, or the next day's if none is open."""
        row[place] = self._date
        if not self._date:
            self._undated.append((row, place))
        self._rows[table].append(row)

    def _change(self, account: str, instrument: str, by: int) -> None:
        if by:
            self.held[account, instrument] += by
            self._changed.add((account, instrument))


def _columns(entry: ExecutionEntry) -> list[Any]:
    return [
        *(entry.account, entry.exec_seq, entry.ended_order, entry.trade_id),
        *(entry.annulled, entry.seq, entry.instrument, entry.side),
        *(entry.price, entry.quantity, entry.fee),
    ]


def _columns_of(item: channels.Execution) -> list[Any]:
    ended = bool(item.order_id) and item.status != "open"
    order_id = IDS.meant(item.order_id) if ended else None
    key = [item.account, item.exec_seq, order_id]
    if item.event not in ("trade", "annulled"):
        return [*key, *[None] * 8]
    return [
        *key,
        int(item.trade_id),
        int(item.event == "annulled"),
        *(item.seq, item.instrument, item.side, parse_fen(item.last_price)),
        *(item.last_quantity, parse_fen(item.fee or "0.00")),
    ]


def _same(table: str, found: list[list[Any]], real: list[list[Any]]) -> None:
    for row, other in zip(
        sorted(found, key=repr), sorted(real, key=repr), strict=False
    ):
        if row != other:
            raise wrong("the history is the log's", f"{table}: {row}, not {other}")
    if len(found) != len(real):
        sizes = f"{len(found)} rows, not {len(real)}"
        raise wrong("the history is the log's", f"{table}: {sizes}")
