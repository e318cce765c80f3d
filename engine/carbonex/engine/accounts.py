"""Participants, their keys, and accounts pre-funded in cash and tonnes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar, final


if TYPE_CHECKING:
    from .book import Order
    from .commands import Deposit, Issue, Transfer, Withdraw
    from .enums import Permission

    Move = Deposit | Withdraw | Issue | Transfer

T = TypeVar("T")


@final
class Memory(Generic[T]):
    """What clients' own ids stand for, for this trading day and the one before.

    Its size is bounded by the account's cap: beyond it new ids are refused,
    and none is forgotten early.
    """

    __slots__ = ("today", "yesterday")

    def __init__(self) -> None:
        self.today: dict[str, T] = {}
        self.yesterday: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self.today) + len(self.yesterday)

    def get(self, name: str) -> T | None:
        """Return what ``name`` stands for in O(1)."""
        known = self.today.get(name)
        return self.yesterday.get(name) if known is None else known

    def turn(self) -> None:
        """Begin a trading day: forget what is older than the last one."""
        self.yesterday = self.today
        self.today = {}


@final
class Balance:
    """Fen of cash or tonnes of one instrument, and what no open order needs of it."""

    __slots__ = ("available", "quantity")

    def __init__(self) -> None:
        self.quantity = 0
        self.available = 0

    @property
    def locked(self) -> int:
        return self.quantity - self.available

    def credit(self, quantity: int) -> None:
        """Add to it, or with a negative quantity take away what is available."""
        self.quantity += quantity
        self.available += quantity


NOTHING: Final = Balance()  # held of an instrument that an account never had


@final
class Participant:
    """A company; it never trades with itself, whichever accounts it uses."""

    __slots__ = ("accounts", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.accounts: dict[str, Account] = {}


@final
class Key:
    """What logs in for a participant: the public half, and what it may do."""

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

    Nothing trades on credit: open buys lock price × remaining of the cash,
    open sells lock tonnes of a holding. ``orders`` are the resting ones,
    oldest first; ``exec_seq`` numbers what happens to them.
    """

    __slots__ = (
        "cash_balance",
        "client_ids",
        "client_refs",
        "exec_seq",
        "holdings",
        "max_client_ids",
        "max_open_orders",
        "name",
        "orders",
        "participant",
    )

    def __init__(
        self,
        name: str,
        participant: Participant,
        max_client_ids: int,
        max_open_orders: int,
    ) -> None:
        self.name = name
        self.participant = participant
        self.max_client_ids = max_client_ids
        self.max_open_orders = max_open_orders
        self.cash_balance = Balance()
        self.holdings: dict[str, Balance] = {}
        self.orders: dict[int, Order] = {}
        self.exec_seq = 0
        self.client_ids: Memory[Order] = Memory()
        self.client_refs: Memory[Move] = Memory()

    @property
    def cash(self) -> int:
        return self.cash_balance.quantity

    @property
    def available(self) -> int:
        return self.cash_balance.available

    @property
    def locked(self) -> int:
        return self.cash_balance.locked

    def holding(self, instrument: str) -> Balance:
        """Return the tonnes of ``instrument``, entered as none where it had none."""
        holding = self.holdings.get(instrument)
        if holding is None:
            holding = self.holdings[instrument] = Balance()
        return holding

    def find(self, order_id: int, client_order_id: str) -> Order | None:
        """Return an order that rests, or is remembered by its client order id.

        ``order_id`` decides where it is not 0. O(1).
        """
        if order_id:
            return self.orders.get(order_id)
        return self.client_ids.get(client_order_id)

    def begin_day(self) -> None:
        """Forget old client ids, except those whose orders are still open."""
        self.client_refs.turn()
        ids = self.client_ids
        ids.turn()
        for order in self.orders.values():
            name = order.command.client_order_id
            if name:
                ids.yesterday[name] = order
