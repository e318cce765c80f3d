"""What is so: the rows, and what can be worked out from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carbonex.engine import BUY, MARKET, MAX_PRICE, OrderStatus, PostOnly
from ledger import Ledger


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import (
        AddKey,
        Deposit,
        Issue,
        ListInstrument,
        OpenAccount,
        PlaceOrder,
        Side,
        Transfer,
        Withdraw,
    )

    Move = Deposit | Withdraw | Issue | Transfer


@dataclass
class Row:
    """An order; ``since`` is its place in time, ``day`` the day it came on."""

    number: int
    order: PlaceOrder
    price: int
    quantity: int
    remaining: int
    day: int
    since: int = 0
    resting: bool = False
    status: OrderStatus = OrderStatus.OPEN

    @property
    def filled(self) -> int:
        return self.quantity - self.remaining


class World:
    """Instruments, accounts and keys stand from the beginning.

    ``days`` counts the days begun; ``date`` is the open one, 0 for none.
    """

    def __init__(
        self,
        instruments: Iterable[ListInstrument],
        accounts: Iterable[OpenAccount],
        keys: Iterable[AddKey],
    ) -> None:
        self.instruments = {terms.instrument: terms for terms in instruments}
        self.accounts = {terms.account: terms for terms in accounts}
        self.keys = {terms.key_id: terms for terms in keys}
        self.now = self.ends = 0
        self.days = self.date = self.last_date = 0
        self.halted: set[str] = set()
        self.rows: list[Row] = []
        self.ledger = Ledger()
        self.trades: Counter[str] = Counter()  # per instrument
        self.executions: Counter[str] = Counter()  # per account
        self.ids: dict[tuple[str, str], Row] = {}  # account, client order id
        self.refs: dict[tuple[str, str], tuple[int, Move]] = {}  # day, what it did

    def open(self, account: str = "") -> list[Row]:
        """Return the open orders, oldest first."""
        rows = [row for row in self.rows if row.resting]
        return [row for row in rows if account in ("", row.order.account)]

    def find(self, account: str, number: int, client_order_id: str) -> Row | None:
        """Return the open order of ``account`` that is meant; the number decides."""
        rows = self.open(account)
        if number:
            rows = [row for row in rows if row.number == number]
        else:
            rows = [r for r in rows if r.order.client_order_id == client_order_id != ""]
        return rows[0] if rows else None

    def locked_cash(self, account: str) -> int:
        buys = [row for row in self.open(account) if row.order.side is BUY]
        return sum(row.price * row.remaining for row in buys)

    def locked_tonnes(self, account: str, instrument: str) -> int:
        sells = [row for row in self.open(account) if row.order.side is not BUY]
        return sum(r.remaining for r in sells if r.order.instrument == instrument)

    def free_cash(self, account: str) -> int:
        return self.ledger.cash[account] - self.locked_cash(account)

    def free_tonnes(self, account: str, instrument: str) -> int:
        held = self.ledger.tonnes[account, instrument]
        return held - self.locked_tonnes(account, instrument)

    def depth(self, instrument: str, side: Side) -> list[tuple[int, int, int]]:
        rows = [row for row in self.open() if row.order.instrument == instrument]
        rows = [row for row in rows if row.order.side is side]
        prices = sorted({row.price for row in rows}, reverse=side is BUY)
        levels = [[row.remaining for row in rows if row.price == p] for p in prices]
        return [
            (p, sum(level), len(level)) for p, level in zip(prices, levels, strict=True)
        ]

    def makers(self, order: PlaceOrder, price: int) -> list[Row]:
        """Return whom ``order`` meets at ``price``: price first, then time."""
        sign = 1 if order.side is BUY else -1
        rows = [row for row in self.open() if row.order.side is not order.side]
        rows = [row for row in rows if row.order.instrument == order.instrument]
        rows = [row for row in rows if sign * row.price <= sign * price]
        return sorted(rows, key=lambda row: (sign * row.price, row.since))

    def own(self, row: Row, order: PlaceOrder) -> bool:
        one, other = self.accounts[row.order.account], self.accounts[order.account]
        return one.participant == other.participant

    def effective_price(self, order: PlaceOrder, wanted: int) -> int:
        """Return what ``order``, priced ``wanted``, trades up to."""
        terms = self.instruments[order.instrument]
        sign = 1 if order.side is BUY else -1
        if order.order_type is MARKET:
            opposite = self.makers(order, MAX_PRICE if order.side is BUY else 0)
            if not opposite:
                return 0
            factor = 1000 + sign * terms.market_protection_permille
            return min(max((opposite[0].price * factor + 500) // 1000, 1), MAX_PRICE)
        makers = self.makers(order, wanted)
        if order.post_only is PostOnly.REPRICE and makers:
            behind = makers[0].price - sign * terms.tick
            return behind if 0 < behind <= MAX_PRICE else wanted
        return wanted
