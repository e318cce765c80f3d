"""Every method of the API: who may call it, what it costs, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from carbonex.engine import Permission

from . import admission, intake, queries, rendering


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import msgspec

    from carbonex.engine import Command, Event
    from carbonex.wire.answers import Error

    from .session import Session

    Result = Callable[[list[Event]], msgspec.Struct]


class Reply(Protocol):
    """Sends a request's answer: a result, or else an error."""

    def __call__(
        self, result: msgspec.Struct | None, problem: Error | None = None, /
    ) -> None:
        """Send it."""


@dataclass(frozen=True, slots=True)
class Method:
    """What all methods have.

    ``permission`` is what the key needs: None stands for no login at all,
    Permission(0) for any login. ``cost`` is how many requests a call counts
    as in the connection's rate limit, 0 for what is never limited.
    """

    name: str
    permission: Permission | None
    cost: int


@final
@dataclass(frozen=True, slots=True)
class OrderMethod(Method):
    """A command for one of the key's own accounts."""

    build: Callable[[Any, str, str], Command]
    result: Result


@final
@dataclass(frozen=True, slots=True)
class BatchMethod(Method):
    """Many of them in one message: ``cost``, ``build`` and ``result`` are an item's."""

    build: Callable[[Any, str, str], Command]
    result: Result


@final
@dataclass(frozen=True, slots=True)
class VenueMethod(Method):
    """An operator's or the registry's command, which names what it concerns."""

    build: Callable[[Any, str], Command]
    result: Result


@final
@dataclass(frozen=True, slots=True)
class QueryMethod(Method):
    """Answered from the state, when all before it have been answered."""

    answer: Callable[[Session, Any, Reply, int], None]


AnyMethod = OrderMethod | BatchMethod | VenueMethod | QueryMethod

READ: Final = Permission.READ
TRADE: Final = Permission.TRADE
OPERATE: Final = Permission.OPERATE
REGISTRY: Final = Permission.REGISTRY
ANY: Final = Permission(0)

# Checking a signature takes as long as twenty orders.
LOGIN_COST: Final = 20

_ALL: Final[tuple[AnyMethod, ...]] = (
    QueryMethod("ping", None, 1, queries.ping),
    QueryMethod("login", None, LOGIN_COST, admission.login),
    QueryMethod("logout", ANY, 1, admission.logout),
    QueryMethod("subscribe", None, 1, queries.subscribe),
    QueryMethod("unsubscribe", None, 1, queries.unsubscribe),
    QueryMethod("open_orders", READ, 1, queries.open_orders),
    QueryMethod("order", READ, 1, queries.order),
    QueryMethod("balances", READ, 1, queries.balances),
    OrderMethod("add_order", TRADE, 1, intake.place_order, rendering.placed),
    OrderMethod("amend_order", TRADE, 1, intake.amend_order, rendering.amended),
    OrderMethod("cancel_order", TRADE, 0, intake.cancel_order, rendering.cancelled),
    OrderMethod("cancel_all", TRADE, 0, intake.cancel_all, rendering.cancelled_all),
    BatchMethod("batch_add", TRADE, 1, intake.place_order, rendering.placed),
    BatchMethod("batch_cancel", TRADE, 0, intake.cancel_order, rendering.cancelled),
    VenueMethod("list_instrument", OPERATE, 1, intake.list_instrument, rendering.done),
    VenueMethod("halt", OPERATE, 1, intake.halt, rendering.done),
    VenueMethod("resume", OPERATE, 1, intake.resume, rendering.done),
    VenueMethod("begin_day", OPERATE, 1, intake.begin_day, rendering.done),
    VenueMethod(
        "register_participant", REGISTRY, 1, intake.register_participant, rendering.done
    ),
    VenueMethod("open_account", REGISTRY, 1, intake.open_account, rendering.done),
    VenueMethod("add_key", REGISTRY, 1, intake.add_key, rendering.done),
    VenueMethod("revoke_key", REGISTRY, 1, intake.revoke_key, rendering.done),
    VenueMethod("deposit", REGISTRY, 1, intake.deposit, rendering.moved),
    VenueMethod("withdraw", REGISTRY, 1, intake.withdraw, rendering.moved),
    VenueMethod("issue", REGISTRY, 1, intake.issue, rendering.moved),
    VenueMethod("transfer", REGISTRY, 1, intake.transfer, rendering.moved),
)

METHODS: Final[Mapping[str, AnyMethod]] = {method.name: method for method in _ALL}


def allowed(permissions: Permission | None) -> frozenset[str]:
    """Return the methods that a key with ``permissions`` may call; None: no login."""
    return frozenset(
        method.name
        for method in _ALL
        if method.permission is None
        or (permissions is not None and method.permission in permissions)
    )
