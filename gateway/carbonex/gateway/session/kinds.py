"""What kinds of method the API has: how each is handled, and by what it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, final


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.engine import Command, Event, Permission
    from carbonex.wire.answers import Error
    from carbonex.wire.order_ids import OrderIds

    from .identity import Identity
    from .session import Session

    Result = Callable[[list[Event], OrderIds], msgspec.Struct]


class Reply(Protocol):
    """Sends a request's answer: a result, or else an error."""

    def __call__(
        self, result: msgspec.Struct | None, problem: Error | None = None, /
    ) -> None:
        """Send it."""


class Method:
    """What all methods have.

    ``permission`` is what the key needs, one of several where it names them: None
    stands for no login at all, Permission(0) for any login. ``cost`` is how many requests a call counts
    as in the connection's rate limit, 0 for what is never limited.
    """

    def __init__(self, name: str, permission: Permission | None, cost: int) -> None:
        self.name: Final = name
        self.permission: Final = permission
        self.cost: Final = cost


class LoggedMethod(Method):
    """A command, which the log holds before it is answered.

    Each kind's ``build`` makes it, and ``result`` the answer of its events, with the
    numbers by which clients know orders.
    """

    def __init__(
        self, name: str, permission: Permission | None, cost: int, result: Result
    ) -> None:
        super().__init__(name, permission, cost)
        self.result: Final = result


class AccountMethod(LoggedMethod):
    """A command for one of the key's own accounts."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        build: Callable[[Any, Identity, str], Command],
        result: Result,
    ) -> None:
        super().__init__(name, permission, cost, result)
        self.build: Final = build  # of the params, who sent them and the account


@final
class OrderMethod(AccountMethod):
    """One command for one of the key's own accounts."""


@final
class BatchMethod(AccountMethod):
    """Many of them in one message: ``cost``, ``build`` and ``result`` are an item's."""


class NamingMethod(LoggedMethod):
    """A command that names what it concerns, be it whose it may."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        build: Callable[[Any, str], Command],
        result: Result,
    ) -> None:
        super().__init__(name, permission, cost, result)
        self.build: Final = build  # of the params and the key's id


@final
class VenueMethod(NamingMethod):
    """An operator's or the registry's command."""


@final
class MoveMethod(NamingMethod):
    """The registry's for every account, a participant's for its own: ``account``."""


@final
class QueryMethod(Method):
    """Answered from the state or the historian, when all before it have been answered."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        answer: Callable[[Session, Any, Reply, int], None],
    ) -> None:
        super().__init__(name, permission, cost)
        self.answer: Final = answer
