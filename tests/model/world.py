"""What is so: rows of orders, trades and offers, and what can be worked out."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FEE_UNIT,
    SELL,
    AddKey,
    CompositeMethod,
    ListInstrument,
    Method,
    OpenAccount,
    OpenAuction,
    OrderStatus,
    Phase,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    Restriction,
    Side,
)
from ledger import Ledger


if TYPE_CHECKING:
    from carbonex.engine import EligibilityRule, RefCommand
    from carbonex.engine.events import RefEvent
    from supervisor import Supervisor

    from .masses import Mass
    from .presence import Presence


@dataclass
class Row:
    """An order; ``since`` is its place in time, ``day`` the day it came on.

    It is open while it ``rests`` in the book or ``waits`` for its ``stop`` price.
    ``reserve`` is what it has locked for fees, of which ``owed`` (in millionths of
    a fen) and ``paid`` have come due.
    """

    number: int
    order: PlaceOrder
    price: int
    quantity: int
    remaining: int
    day: int
    stop: int = 0
    since: int = 0
    rests: bool = False
    waits: bool = False
    shown: int = 0
    reserve: int = 0
    owed: int = 0
    paid: int = 0
    refills: int = 0
    status: OrderStatus = OrderStatus.OPEN

    @property
    def filled(self) -> int:
        return self.quantity - self.remaining

    @property
    def buys(self) -> bool:
        return self.order.side is BUY

    def is_listing(self, number: int) -> bool:
        """Tell whether that names what the order shows now."""
        return number == self.number + self.refills * 2**38


@dataclass
class Paper:
    """An instrument; ``close`` is the last day's, or the price declared for it."""

    number: int
    terms: ListInstrument
    close: int
    upcoming: ListInstrument | None = None
    upcoming_date: int = 0
    former: tuple[ListInstrument, int] | None = None  # replaced by the day
    reference: int = 0
    tradable: bool = False
    awaits: bool = False  # a price for a band to lie around
    delisted: bool = False
    halted: bool = False
    call_ends: int = 0
    call_waits: int = 0
    told: tuple[Phase, bool] = (Phase.CLOSED, False)
    supervisor: Supervisor | None = None

    @property
    def name(self) -> str:
        return self.terms.instrument


@dataclass
class Deal:
    """A trade; ``composite`` is its product's after it, 0 off the book.

    Of each party the account, the order's (or block's, auction's, bid's) number, the fee.
    """

    date: int
    instrument: str
    method: Method
    price: int
    quantity: int
    composite: int = 0
    buyer: tuple[str, int, int] = ("", 0, 0)
    seller: tuple[str, int, int] = ("", 0, 0)
    taker: Side = BUY
    called: bool = False
    annulled: bool = False


@dataclass
class Sale:
    """A one-way auction that is open, with its bids by number."""

    terms: OpenAuction
    limit: int
    bids: dict[int, PlaceBid] = field(default_factory=dict)

    @property
    def reserve(self) -> int:
        return self.terms.reserve or 0


@dataclass
class Stake:
    """What an open offer locks, or would."""

    account: str
    instrument: str
    side: Side
    price: int
    quantity: int
    rate: int

    @property
    def need(self) -> int:
        notional = self.price * self.quantity
        return (
            self.quantity if self.side is SELL else notional + fee(notional, self.rate)
        )


class World:
    """``days`` counts the days begun; ``date`` is the open one, 0 for none.

    ``done`` are events of what is being done. ``masses`` and ``reaching`` go on from
    batch to batch; ``reached`` are the lowest and the highest price that stop orders
    were reached by. While ``unfinished``, more is due at ``now``.
    """

    def __init__(self) -> None:
        self.now = self.ends = self.done = 0
        self.unfinished = self.suspended = False
        self.masses: list[Mass] = []
        self.reaching: list[str] = []
        self.reached: dict[str, tuple[int, int]] = {}
        self.days = self.date = self.last_date = 0
        self.last_date_before = self.orders_before = 0  # the open day began
        self.unpriced_before: dict[str, bool] = {}  # and whether it awaited a price
        self.papers: dict[str, Paper] = {}
        self.closes: dict[str, int] = {}  # composite ones, by product
        self.methods: dict[str, CompositeMethod] = {}  # by product, else the mean
        self.coming: dict[str, CompositeMethod] = {}  # from the next day on
        self.references: dict[str, int] = {}  # likewise, for the day
        self.reweighed: dict[str, list[tuple[int, int]]] = {}
        self.restrictions: dict[str, Restriction] = {}  # by participant
        self.eligibility: dict[str, tuple[EligibilityRule, ...]] = {}  # by product
        self.accounts: dict[str, OpenAccount] = {}
        self.keys: dict[str, AddKey] = {}
        self.revoked: set[str] = set()
        self.rows: list[Row] = []
        self.secret = b""  # which hides the numbers of orders after the plain ones
        self.plain_ids = self.plain_blocks = self.plain_bids = 0
        self.deals: list[Deal] = []
        self.blocks: dict[int, ProposeBlock] = {}
        self.sales: dict[int, Sale] = {}
        self.last_block = self.last_sale = self.last_bid = 0
        self.presences: dict[tuple[str, str], Presence] = {}  # participant, session
        self.last_presence = 0
        self.countdowns: dict[str, int] = {}  # when they fire, by account
        self.ledger = Ledger()
        self.freezes: Counter[tuple[str, str]] = Counter()  # account, instrument or ""
        self.executions: Counter[str] = Counter()  # per account
        self.ids: dict[tuple[str, str], Row] = {}  # account, client order id
        self.refs: dict[tuple[str, str], tuple[int, RefCommand, RefEvent]] = {}
        self.large: set[tuple[str, str]] = set()  # participant, instrument

    @property
    def settled(self) -> int:
        """The time up to which all that was due has happened."""
        return self.now - self.unfinished

    def halts(self, paper: Paper) -> bool:
        return paper.halted or (self.suspended and not paper.delisted)

    # Who

    def owner(self, account: str) -> str:
        return self.accounts[account].participant

    def owned(self, participant: str) -> list[str]:
        return [name for name in self.accounts if self.owner(name) == participant]

    def same(self, one: str, other: str) -> bool:
        return self.owner(one) == self.owner(other)

    # Orders

    def open(self, account: str = "", instrument: str = "") -> list[Row]:
        """Return the open orders, oldest first."""
        rows = [row for row in self.rows if row.rests or row.waits]
        rows = [row for row in rows if account in ("", row.order.account)]
        return [row for row in rows if instrument in ("", row.order.instrument)]

    def find(self, account: str, number: int, client_order_id: str) -> Row | None:
        """Return the open order of ``account`` that is meant; the number decides."""
        rows = self.open(account)
        if number:
            rows = [row for row in rows if row.number == number]
        else:
            rows = [r for r in rows if r.order.client_order_id == client_order_id != ""]
        return rows[0] if rows else None

    def opposite(self, order: PlaceOrder) -> list[Row]:
        """Return who rests on the other side: price first, then time."""
        sign = 1 if order.side is BUY else -1
        rows = [row for row in self.open("", order.instrument) if row.rests]
        rows = [row for row in rows if row.order.side is not order.side]
        return sorted(rows, key=lambda row: (sign * row.price, row.since))

    def makers(self, order: PlaceOrder, price: int) -> list[Row]:
        """Return whom ``order`` meets at ``price``."""
        sign = 1 if order.side is BUY else -1
        return [row for row in self.opposite(order) if sign * row.price <= sign * price]

    def picked(self, order: PlaceOrder, price: int) -> list[Row]:
        """Return those of the best level that ``order`` names, as it names them."""
        makers = self.makers(order, price)
        best = [row for row in makers if row.price == makers[0].price]
        may = self.papers[order.instrument].terms.pick
        named = order.conditions.pick if may and order.conditions else ()
        found = [row for number in named for row in best if row.is_listing(number)]
        return [row for i, row in enumerate(found) if row not in found[:i]]

    def depth(self, instrument: str, side: Side) -> list[tuple[int, int, int]]:
        rows = [row for row in self.open("", instrument) if row.rests]
        rows = [row for row in rows if row.order.side is side]
        prices = sorted({row.price for row in rows}, reverse=side is BUY)
        levels = [[row.shown for row in rows if row.price == p] for p in prices]
        return [
            (p, sum(level), len(level)) for p, level in zip(prices, levels, strict=True)
        ]

    def trial(self, instrument: str) -> World:
        """Return a world in which an instrument's orders may trade without effect."""
        other = copy.copy(self)
        other.rows = [replace(row) for row in self.open("", instrument)]
        other.ledger, other.executions, other.deals = Ledger(), Counter(), []
        return other

    # Offers

    def stakes(self) -> list[Stake]:
        """Return what all open offers lock."""
        found = [self.stake_of_block(terms) for terms in self.blocks.values()]
        for sale in self.sales.values():
            found.append(self.stake_of_sale(sale.terms))
            found += [self.stake_of_bid(sale, bid) for bid in sale.bids.values()]
        return found

    def stake_of_block(self, terms: ProposeBlock) -> Stake:
        rate = self.papers[terms.instrument].terms.fees.block
        return Stake(
            terms.account,
            terms.instrument,
            terms.side,
            terms.price,
            terms.quantity,
            rate,
        )

    def stake_of_sale(self, terms: OpenAuction) -> Stake:
        rate = self.papers[terms.instrument].terms.fees.auction
        account, name, reserve = terms.account, terms.instrument, terms.reserve or 0
        return Stake(account, name, terms.side, reserve, terms.quantity, rate)

    def stake_of_bid(self, sale: Sale, bid: PlaceBid) -> Stake:
        name, side = sale.terms.instrument, other_side(sale.terms.side)
        rate = self.papers[name].terms.fees.auction
        return Stake(bid.account, name, side, bid.price, bid.quantity, rate)

    def count_open(self, account: str) -> int:
        """Return how many orders, proposals and bids an account has open."""
        blocks = [b for b in self.blocks.values() if b.account == account]
        bids = [b for s in self.sales.values() for b in s.bids.values()]
        bids = [bid for bid in bids if bid.account == account]
        return len(self.open(account)) + len(blocks) + len(bids)

    # Cash and tonnes

    def locked_cash(self, account: str) -> int:
        rows = [row for row in self.open(account) if row.buys]
        stakes = [s for s in self.stakes() if s.account == account and s.side is BUY]
        orders = sum(row.price * row.remaining + row.reserve for row in rows)
        return orders + sum(stake.need for stake in stakes)

    def locked_tonnes(self, account: str, instrument: str) -> int:
        rows = [row for row in self.open(account, instrument) if not row.buys]
        stakes = [s for s in self.stakes() if s.account == account and s.side is SELL]
        stakes = [stake for stake in stakes if stake.instrument == instrument]
        return sum(r.remaining for r in rows) + sum(s.quantity for s in stakes)

    def freezable(self, account: str, instrument: str) -> int:
        """Return what a freeze can take now of cash, or of tonnes; not what is locked."""
        if not instrument:
            return self.ledger.cash[account] - self.locked_cash(account)
        waiting = self.ledger.waiting(account, instrument)
        return self.unlocked(account, instrument) - sum(waiting.values())

    def frozen(self, account: str, instrument: str) -> int:
        """Return what is frozen of what was ordered to be."""
        ordered = self.freezes[account, instrument]
        return min(ordered, self.freezable(account, instrument))

    def free_cash(self, account: str) -> int:
        return self.freezable(account, "") - self.frozen(account, "")

    def unlocked(self, account: str, instrument: str) -> int:
        """Return the tonnes that nothing open needs, whether they may be sold or not."""
        held = self.ledger.tonnes[account, instrument]
        return held - self.locked_tonnes(account, instrument)

    def movable(self, account: str, instrument: str) -> int:
        """Return the tonnes that are neither locked nor to be frozen."""
        ordered = self.freezes[account, instrument]
        return max(self.unlocked(account, instrument) - ordered, 0)

    def free_tonnes(self, account: str, instrument: str) -> int:
        return self.freezable(account, instrument) - self.frozen(account, instrument)

    def held(self, participant: str, instrument: str) -> int:
        accounts = self.owned(participant)
        return sum(self.ledger.tonnes[name, instrument] for name in accounts)

    def position(self, participant: str, instrument: str) -> int:
        """Return what a participant holds and what its open buys may bring."""
        accounts = self.owned(participant)
        rows = [row for row in self.open("", instrument) if row.buys]
        stakes = [s for s in self.stakes() if s.side is BUY]
        stakes = [stake for stake in stakes if stake.instrument == instrument]
        return (
            self.held(participant, instrument)
            + sum(row.remaining for row in rows if row.order.account in accounts)
            + sum(stake.quantity for stake in stakes if stake.account in accounts)
        )

    # Prices

    def last(self, instrument: str) -> int:
        """Return the day's last listed price; 0 where there is none."""
        prices = [
            deal.price
            for deal in self.deals
            if deal.date == self.date
            and deal.instrument == instrument
            and deal.method is Method.LISTED
            and not deal.annulled
        ]
        return prices[-1] if prices else 0

    def composite(self, product: str) -> int:
        """Return what the last prices come to, else P0; 0 without any."""
        return self.compose(
            product, [(p, self.last(p.name) or p.reference) for p in self.own(product)]
        )

    def own(self, product: str) -> list[Paper]:
        """Return a product's instruments that may be traded, in order of listing."""
        papers = self.papers.values()
        return [p for p in papers if p.tradable and p.terms.product == product]

    def compose(self, product: str, prices: list[tuple[Paper, int]]) -> int:
        """Return the mean of prices, half up, or the newest instrument's."""
        priced = [(paper, price) for paper, price in prices if price]
        if self.methods.get(product) is not CompositeMethod.NEWEST:
            return mean([price for _, price in priced])
        latest = max((paper.terms.vintage for paper, _ in priced), default=0)
        newest = [price for paper, price in priced if paper.terms.vintage == latest]
        return newest[-1] if newest else 0


def other_side(side: Side) -> Side:
    return SELL if side is BUY else BUY


def fee(notional: int, rate: int) -> int:
    return -(-notional * rate // FEE_UNIT)


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def mean(prices: list[int]) -> int:
    return half_up(sum(prices), len(prices)) if prices else 0
