"""Participants, their keys, and accounts pre-funded in cash and tonnes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar, final

from .enums import Restriction
from .orders.own import OwnOrders


if TYPE_CHECKING:
    from .book import Order
    from .commands import RefCommand
    from .enums import Permission
    from .events import RefEvent
    from .off_book.auctions import Bid
    from .off_book.blocks import Proposal
    from .registry.sessions import Session

T = TypeVar("T")


class Done(NamedTuple):
    """A completed command with a client ref, and the event that answered it."""

    command: RefCommand
    answer: RefEvent


class Countdown(NamedTuple):
    """An armed dead man's switch."""

    timeout_ns: int
    due_ns: int


@final
class Memory(Generic[T]):
    """Client-assigned ids of this trading day and the previous day, with their meaning.

    The account's cap bounds the size. Beyond the cap new ids are refused; no id is
    dropped early.
    """

    __slots__ = ("today", "yesterday")

    def __init__(self) -> None:
        self.today: dict[str, T] = {}
        self.yesterday: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self.today) + len(self.yesterday)

    def get(self, name: str) -> T | None:
        """Return the order or command that ``name`` stands for, or None. O(1)."""
        known = self.today.get(name)
        return self.yesterday.get(name) if known is None else known

    def turn(self) -> None:
        """Begin a trading day: drop the ids older than the last day."""
        self.yesterday = self.today
        self.today = {}

    def turn_back(self) -> None:
        """Undo ``turn`` for a cancelled day: its ids count as the day before's."""
        self.today = self.yesterday | self.today
        self.yesterday = {}


class Balance:
    """A balance of cash in fen, or of tonnes, and its available part.

    ``frozen`` is the part that the registry has frozen; it is not available.
    ``pending`` is the amount still to be frozen: it is frozen as it becomes available,
    so nothing is available while a freeze is pending.
    """

    __slots__ = ("available", "frozen", "pending", "quantity")

    def __init__(self) -> None:
        self.quantity = 0
        self.available = 0
        self.frozen = 0
        self.pending = 0

    @property
    def locked(self) -> int:
        """The part locked by open orders, block proposals and bids."""
        return self.quantity - self.available - self.frozen

    def credit(self, quantity: int) -> None:
        """Add to the available part; a negative quantity takes from it."""
        self.quantity += quantity
        self.available += quantity

    def freeze(self) -> None:
        """Freeze available fen or tonnes, up to the pending amount. O(1)."""
        part = min(self.available, self.pending)
        self.available -= part
        self.frozen += part
        self.pending -= part

    def give_up_frozen(self, quantity: int) -> None:
        """Take ``quantity`` from the frozen part; the same amount becomes pending."""
        self.quantity -= quantity
        self.frozen -= quantity
        self.pending += quantity

    def thaw(self, quantity: int) -> None:
        """Lower the freeze by ``quantity``: first its pending part, then the frozen."""
        part = min(quantity, self.pending)
        self.pending -= part
        self.frozen -= quantity - part
        self.available += quantity - part


@final
class Holding(Balance):
    """Tonnes of one instrument; purchases may be under a resale lock.

    ``maturing`` maps the number of a trading day to the tonnes that may be sold from
    that day on; they are neither available, locked nor frozen (MARKET-RULES §3). A
    pending freeze covers them: they are frozen once they may be sold. ``buying`` is
    the tonnes that open buys may bring, kept where there is a position limit.
    """

    __slots__ = ("buying", "maturing")

    def __init__(self) -> None:
        super().__init__()
        self.maturing: dict[int, int] = {}
        self.buying = 0

    @property
    def resale_locked(self) -> int:
        """The tonnes bought too recently to be sold."""
        return sum(self.maturing.values())

    @property
    def movable(self) -> int:
        """The tonnes neither locked nor frozen, including resale-locked tonnes."""
        return self.available + max(self.resale_locked - self.pending, 0)

    @property
    def locked(self) -> int:
        return self.quantity - self.available - self.frozen - self.resale_locked

    def receive(self, quantity: int, sellable_day: int) -> None:
        """Add bought tonnes that may be sold from ``sellable_day`` on (0: now)."""
        self.quantity += quantity
        if sellable_day:
            waiting = self.maturing.get(sellable_day, 0)
            self.maturing[sellable_day] = waiting + quantity
        else:
            self.available += quantity

    def take(self, quantity: int, days: list[int]) -> list[tuple[int, int]]:
        """Take unlocked tonnes away, in the order of ``days``.

        Tonnes may be sold from their day on; day 0 means now. Return the tonnes taken,
        as pairs of such a day and tonnes.
        """
        taken: list[tuple[int, int]] = []
        for day in days:
            part = min(self.maturing[day] if day else self.available, quantity)
            if part:
                taken.append((day, part))
                quantity -= part
        assert quantity == 0
        for day, part in taken:
            self.receive(-part, day)
            if day and not self.maturing[day]:
                del self.maturing[day]
        return taken

    def mature(self, day: int) -> None:
        """Make available the tonnes that may be sold on trading day number ``day``."""
        for due in [due for due in self.maturing if due <= day]:
            self.available += self.maturing.pop(due)


NOTHING: Final = Holding()  # stands for an instrument that an account never held


@final
class Obligation:
    """A participant's obligation for a year's emissions, in tonnes.

    ``offset`` is the part of ``surrendered`` that came from instruments with
    an offset cap.
    """

    __slots__ = ("due", "offset", "surrendered")

    def __init__(self) -> None:
        self.due = 0
        self.surrendered = 0
        self.offset = 0


@final
class Participant:
    """A company; it never trades with itself, whichever of its accounts it uses."""

    __slots__ = (
        "accounts",
        "large_in",
        "name",
        "obligations",
        "restriction",
        "sessions",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.accounts: dict[str, Account] = {}
        self.restriction = Restriction.NONE
        self.obligations: dict[int, Obligation] = {}  # by year
        self.large_in: dict[str, int] = {}  # tonnes reported as large, by instrument
        self.sessions: dict[str, Session] = {}  # those with cancel on disconnect

    def held(self, instrument: str) -> int:
        """Return the tonnes of ``instrument`` in all the participant's accounts."""
        return sum(
            account.holdings[instrument].quantity
            for account in self.accounts.values()
            if instrument in account.holdings
        )

    def position(self, instrument: str) -> int:
        """Return the tonnes held plus those that open buys may bring."""
        return self.held(instrument) + sum(
            account.holdings[instrument].buying
            for account in self.accounts.values()
            if instrument in account.holdings
        )


@final
class Key:
    """A participant's login key: its public key and its permissions."""

    __slots__ = (
        "key_id",
        "participant",
        "permissions",
        "public_key",
        "revoked",
    )

    def __init__(
        self,
        key_id: str,
        participant: Participant,
        public_key: bytes,
        permissions: Permission,
    ) -> None:
        self.key_id = key_id
        self.participant = participant
        self.public_key = public_key
        self.permissions = permissions
        self.revoked = False


@final
class Account:
    """Cash (fen), tonnes and orders of one participant.

    Nothing trades on credit. Open buys lock price × remaining of the cash, open sells
    lock tonnes of a holding; block proposals and bids lock likewise. ``orders`` holds
    the open orders by id, oldest first. ``exec_seq`` numbers the executions of the
    account: the events of its orders and its other trades. ``restricted`` tells
    whether its participant is restricted. ``number`` is its place in the order of
    opening. ``own`` finds open orders by instrument, side or session. ``stops`` counts
    the untriggered stop orders.
    """

    __slots__ = (
        "bids",
        "blocks",
        "cash_balance",
        "client_ids",
        "client_refs",
        "countdown",
        "exec_seq",
        "holdings",
        "max_client_ids",
        "max_open_orders",
        "max_stop_orders",
        "name",
        "number",
        "orders",
        "own",
        "participant",
        "restricted",
        "stops",
    )

    def __init__(
        self,
        name: str,
        participant: Participant,
        max_client_ids: int,
        max_open_orders: int,
        max_stop_orders: int,
    ) -> None:
        self.name = name
        self.participant = participant
        self.number = 0
        self.max_client_ids = max_client_ids
        self.max_open_orders = max_open_orders
        self.max_stop_orders = max_stop_orders
        self.cash_balance = Balance()
        self.holdings: dict[str, Holding] = {}
        self.orders: dict[int, Order] = {}
        self.own = OwnOrders(self.orders)
        self.stops = 0
        self.blocks: dict[int, Proposal] = {}
        self.bids: dict[int, Bid] = {}
        self.countdown: Countdown | None = None
        self.restricted = participant.restriction is not Restriction.NONE
        self.exec_seq = 0
        self.client_ids: Memory[Order] = Memory()
        self.client_refs: Memory[Done] = Memory()

    @property
    def cash(self) -> int:
        return self.cash_balance.quantity

    @property
    def available(self) -> int:
        return self.cash_balance.available

    @property
    def locked(self) -> int:
        return self.cash_balance.locked

    @property
    def open_count(self) -> int:
        """The number of open orders, block proposals and bids; one cap covers all."""
        return len(self.orders) + len(self.blocks) + len(self.bids)

    def holding(self, instrument: str) -> Holding:
        """Return the holding of ``instrument``; create an empty holding if missing."""
        holding = self.holdings.get(instrument)
        if holding is None:
            holding = self.holdings[instrument] = Holding()
        return holding

    def find(self, order_id: int, client_order_id: str) -> Order | None:
        """Return an open order by id, or a remembered order by client order id.

        ``order_id`` takes precedence unless it is 0. O(1).
        """
        if order_id:
            return self.orders.get(order_id)
        return self.client_ids.get(client_order_id)

    def begin_day(self, day: int) -> None:
        """Begin trading day number ``day``: release the resale locks that are due.

        Old client ids are dropped, except those of orders that are still open.
        """
        for holding in self.holdings.values():
            holding.mature(day)
        self.client_refs.turn()
        ids = self.client_ids
        ids.turn()
        for order in self.orders.values():
            name = order.command.client_order_id
            if name:
                ids.yesterday[name] = order
