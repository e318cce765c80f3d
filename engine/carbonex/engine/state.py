"""The whole state of the exchange, as the log's commands have built it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from .book import Book
from .commands import MAX_PRICE
from .enums import OrderKind, Permission, Phase
from .market.schedule import CLOSED_ALL_DAY, step_at
from .market.statistics import Product, Record
from .market.tape import KEPT, Tape
from .orders.stops import Stops
from .supervision.alerts import watched
from .supervision.watch import Watch
from .timers import Timers


if TYPE_CHECKING:
    from .accounts import Account, Balance, Key, Participant
    from .commands import ListInstrument
    from .market.days_undone import Before
    from .market.schedule import Step
    from .off_book.auctions import Auction
    from .off_book.blocks import Proposal
    from .orders.mass_cancels import MassCancel
    from .registry.sessions import Session


VENUE_KEY: Final = ""  # the key in commands of the venue's own process
# Order kinds that need no further checks.
COMMON_KINDS: Final = OrderKind.IOC | OrderKind.POST_ONLY
FULL: Final = 2 * KEPT  # trades on a tape before the oldest are dropped
NO_ACCOUNTS: Final[dict[str, Account]] = {}


@final
class Instrument:
    """A listed instrument: its terms, its phase, its book and its statistics.

    ``number`` is its place in the order of listing. ``issued`` is the tonnes that
    exist. ``last_trade_id`` numbers its trades, ``annulled`` counts annulled trades,
    ``fees`` is the fees paid on trades, in fen, and ``tape`` has the trades that can
    still be annulled. ``reference`` is the day's P0 and ``close`` the last day's close
    (for a new instrument, its declared price). ``limit_down`` and ``limit_up`` bound
    its prices. ``sellable_day`` is the number of the trading day from which today's
    purchases may be sold, 0 for at once.

    ``awaits_price`` tells that on the newest day there was no price for the band of
    its current or its next terms.

    An instrument is ``tradable`` until it is delisted, except while its band has no
    price. A new instrument with a band becomes tradable on its first day. ``blocks``
    tells whether its blocks trade now. ``call_ends_ns`` is when its call auction ends,
    0 for none. ``call_waits_ns`` is the length of the pending call auction with which
    it begins to trade next, 0 for none.

    A ``plain`` instrument trades now, has a tick of one fen and a lot of one tonne,
    takes COMMON_KINDS and is not ``burdened`` with fees or a position limit. Its orders
    need few checks.
    """

    __slots__ = (
        "annulled",
        "awaits_price",
        "blocks",
        "book",
        "burdened",
        "call_ends_ns",
        "call_waits_ns",
        "close",
        "day_only",
        "delisted",
        "fees",
        "halted",
        "issued",
        "last_trade_id",
        "limit_down",
        "limit_up",
        "max_quantity",
        "name",
        "next_terms",
        "next_terms_date",
        "number",
        "phase",
        "plain",
        "product",
        "record",
        "reference",
        "schedule",
        "sellable_day",
        "stops",
        "tape",
        "terms",
        "tradable",
        "watch",
    )

    def __init__(self, terms: ListInstrument, number: int, product: Product) -> None:
        self.name = terms.instrument
        self.number = number
        self.product = product
        self.book = Book()
        self.stops = Stops()
        self.record = Record()
        self.tape = Tape()
        self.annulled = 0
        self.next_terms: ListInstrument | None = None
        self.next_terms_date = 0
        self.halted = False
        self.tradable = False
        self.awaits_price = False
        self.delisted = False
        self.issued = 0
        self.last_trade_id = 0
        self.fees = 0
        self.reference = 0
        self.close = terms.reference
        self.limit_down, self.limit_up = 1, MAX_PRICE
        self.sellable_day = 0
        self.call_ends_ns = 0
        self.call_waits_ns = 0
        self.schedule = CLOSED_ALL_DAY
        self.phase = Phase.CLOSED
        self.blocks = False
        self.adopt(terms)

    def count(
        self, first: int, last: int, quantity: int, turnover: int, trades: int
    ) -> None:
        """Count listed trades at prices from ``first`` to ``last``. O(1)."""
        record = self.record
        if not first == last == record.prices.last:
            self._move(first, last)
        listed = record.day.listed
        listed.quantity += quantity
        listed.turnover += turnover
        listed.trades += trades
        self.bound_tape()

    def bound_tape(self) -> None:
        """Drop old trades of the day from a full tape. Amortised O(1) per trade."""
        if len(self.tape.trades) > FULL:
            self.tape.forget(self.last_trade_id)

    def terms_on(self, date: int) -> ListInstrument:
        """Return the terms for ``date``, if it is the next trading day."""
        if self.next_terms is None or date < self.next_terms_date:
            return self.terms
        return self.next_terms

    @property
    def last_price(self) -> int:
        """The day's last listed price, else P0, in fen; 0 where there is neither."""
        return self.record.prices.last or self.reference

    def begin_day(self, *, new_year: bool) -> None:
        """Reset the statistics of the day, and of the year if a new year begins."""
        self.record.begin_day(new_year=new_year)
        if self.watch is not None:
            self.watch.begin_day()

    def adopt(self, terms: ListInstrument) -> None:
        """Adopt ``terms`` from now on."""
        self.terms = terms
        self.max_quantity = terms.max_quantity  # copied, as every order reads it
        fees = terms.fees
        self.day_only = not terms.multi_day
        self.burdened = bool(fees.maker or fees.taker or terms.position_limit)
        self.watch = Watch() if watched(terms) else None
        if terms.pick:
            self.book.let_pick()
        else:
            self.book.let_none_pick()
        self.enter(self.phase, blocks=self.blocks)

    def enter(self, phase: Phase, *, blocks: bool) -> None:
        """Set the phase, and whether blocks trade."""
        self.phase = phase
        self.blocks = blocks
        self.plain = (
            phase is Phase.TRADING
            and self.terms.tick == self.terms.lot == 1
            and not self.burdened
            and COMMON_KINDS in self.terms.order_kinds
        )

    def _move(self, first: int, last: int) -> None:
        """Record new listed prices, here and in the composite."""
        prices, product = self.record.prices, self.product
        before = prices.last or self.reference
        prices.record(first, last)
        if first != before or not product.prices.open:
            product.move(self, before, first)
        if last != first:
            product.move(self, first, last)


class State:
    """The state's registers and counters; ``Exchange`` adds methods that apply batches.

    ``semantics`` is the active version (see that module). ``seq`` numbers commands.
    ``time_ns`` is the log's time. ``day`` is the open trading day (YYYYMMDD, 0 for
    none), ``last_day`` the newest day begun and ``day_number`` the number of days
    begun. ``cash`` is deposits less withdrawals, in fen: the sum of all accounts' cash
    and all fees. ``suspension`` is the reason why the venue is suspended, empty if it
    is not. ``gateway`` is the gateway of the last applied batch. ``gateways`` holds
    each gateway's newest epoch and the number of its last batch. ``traders`` maps each
    key to the accounts it may trade for.

    ``watchful`` tells that commands may have consequences: stop orders, a position
    limit or supervision in some instrument, or pending freezes. The flag for stop
    orders may stay set after the last stop order is gone, until the next day begins.

    Clients see the ids of orders up to ``plain_ids`` unchanged, and later ids hidden
    with ``secret`` (see ``hiding``). While ``secret`` is empty, they see all ids
    unchanged. The same holds for block proposals up to ``plain_blocks`` and bids up to
    ``plain_bids``.

    ``cancels`` holds the mass cancels that continue with later batches, the next in
    turn first. ``reaching`` holds the instruments with reached stop orders that enter
    with later batches. ``freezing`` holds the balances with a pending freeze. ``done``
    counts the events that have used up the current slice so far. ``unfinished`` tells
    that some timers due at ``time_ns`` have not fired yet.

    ``happening`` is the timer or backlog work in progress as (time, kind, id), None if
    there is none. ``left_out`` holds the work to leave out of the current batch (see
    ``omissions``).
    """

    def __init__(self) -> None:
        self.semantics = 1  # until the log activates another number
        self.seq = 0
        self.time_ns = 0
        self.day = 0
        self.last_day = 0
        self.day_number = 0
        self.day_ends_ns = 0
        self.before: Before | None = None  # the state before the open day
        self.last_order_id = 0
        self.secret = b""
        self.plain_ids = self.plain_blocks = self.plain_bids = 0
        self.last_block_id = self.last_session_id = 0
        self.last_auction_id = self.last_bid_id = 0
        self.cash = 0
        self.suspension = ""
        self.gateway = 0
        self.gateways: dict[int, tuple[int, int]] = {}
        self.participants: dict[str, Participant] = {}
        self.keys: dict[str, Key] = {}
        self.accounts: dict[str, Account] = {}
        self.opened: list[Account] = []  # the same accounts, by number
        self.traders: dict[str, dict[str, Account]] = {VENUE_KEY: self.accounts}
        self.instruments: dict[str, Instrument] = {}
        self.listed: list[Instrument] = []  # by number
        self.products: dict[str, Product] = {}
        self.blocks: dict[int, Proposal] = {}  # open
        self.auctions: dict[int, Auction] = {}  # not closed yet
        self.sessions: dict[int, Session] = {}  # by number
        self.timers = Timers()
        self.cancels: list[MassCancel] = []
        self.done = 0
        self.reaching: list[Instrument] = []
        self.freezing: list[Balance] = []
        self.unfinished = False
        self.happening: tuple[int, int, int] | None = None
        self.left_out: tuple[tuple[int, int, int], ...] = ()
        self.stops_wait = False
        self.limited = False
        self.supervised = False
        self.watchful = False

    def add_account(self, account: Account) -> None:
        """Add an account and assign its number."""
        account.number = len(self.opened)
        self.opened.append(account)
        self.accounts[account.name] = account
        account.participant.accounts[account.name] = account

    def add_session(self, session: Session) -> None:
        """Add a session with cancel on disconnect."""
        self.sessions[session.number] = session
        session.participant.sessions[session.name] = session

    def add_key(self, key: Key) -> None:
        """Add a key, and index the accounts it may trade for."""
        self.keys[key.key_id] = key
        if Permission.TRADE in key.permissions and not key.revoked:
            self.traders[key.key_id] = key.participant.accounts

    def revoke(self, key: Key) -> None:
        """Revoke a key: it has no permissions from now on."""
        key.revoked = True
        self.traders.pop(key.key_id, None)

    def permits(self, key_id: str, permission: Permission) -> bool:
        """Tell whether a key has ``permission``; the venue's own key has all."""
        if key_id == VENUE_KEY:
            return True
        key = self.keys.get(key_id)
        return key is not None and not key.revoked and permission in key.permissions

    def trader(self, key_id: str, account: str) -> Account | None:
        """Return the account if the key may trade for it, else None."""
        return self.traders.get(key_id, NO_ACCOUNTS).get(account)

    def add_instrument(self, terms: ListInstrument) -> Instrument:
        """Add a new instrument, and its product if that is new."""
        product = self.products.get(terms.product)
        if product is None:
            product = self.products[terms.product] = Product(terms.product)
        instrument = Instrument(terms, len(self.listed), product)
        self.attend(instrument)
        self.listed.append(instrument)
        self.instruments[terms.instrument] = instrument
        return instrument

    @property
    def settled_ns(self) -> int:
        """The time up to which all due timers have fired."""
        return self.time_ns - self.unfinished

    def attend(self, instrument: Instrument) -> None:
        """Set the flags for the consequences that an instrument's trades may have."""
        self.stops_wait = self.stops_wait or len(instrument.stops) > 0
        self.limited = self.limited or instrument.terms.position_limit > 0
        self.supervised = self.supervised or instrument.watch is not None
        self.watch()

    def watch(self) -> None:
        """Update ``watchful`` from the other flags and the pending freezes."""
        follows = self.stops_wait or self.limited or self.supervised
        self.watchful = follows or len(self.freezing) > 0

    def attend_anew(self) -> None:
        """Recompute the flags from all instruments."""
        self.stops_wait = self.limited = self.supervised = False
        self.watch()
        for instrument in self.listed:
            self.attend(instrument)

    def step_of(self, instrument: Instrument) -> Step:
        """Return the current step of the schedule, ignoring halts and call auctions."""
        return step_at(instrument.schedule, self.settled_ns)

    def is_clearing(self, instrument: Instrument) -> bool:
        """Tell whether orders that do not fit the day still await cancellation.

        Until they are cancelled, the instrument stays closed. Linear in mass cancels.
        """
        return any(
            cancel.clears and cancel.instrument == instrument.name
            for cancel in self.cancels
        )

    def phase_of(self, instrument: Instrument) -> Phase:
        """Return the phase from schedule, halts, pending mass cancels and calls."""
        if self.halts(instrument):
            return Phase.HALTED
        phase = self.step_of(instrument).phase
        if self.is_clearing(instrument):
            return Phase.CLOSED
        if phase is Phase.TRADING and instrument.call_ends_ns:
            return Phase.CALL
        return phase

    def blocks_open(self, instrument: Instrument) -> bool:
        """Tell whether an instrument's blocks trade, by its schedule and halts."""
        return self.step_of(instrument).blocks and not self.halts(instrument)

    def halts(self, instrument: Instrument) -> bool:
        """Tell whether an instrument is halted, alone or with the whole venue."""
        if instrument.halted:
            return True
        return self.suspension != "" and not instrument.delisted
