"""The kinds of API methods: how each is handled and answered."""

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
        """Send the result or the error."""


class Method:
    """The attributes that all methods share.

    ``permission`` is what the key needs; if it names several, any one suffices. None
    means no login is needed, Permission(0) any login. ``cost`` is how many requests
    a call counts in the connection's rate limit, 0 for a method that is not limited.
    """

    def __init__(self, name: str, permission: Permission | None, cost: int) -> None:
        self.name: Final = name
        self.permission: Final = permission
        self.cost: Final = cost


class LoggedMethod(Method):
    """A method whose command is in the log before it is answered.

    In each subclass ``build`` returns the command. ``result`` builds the answer from
    the command's events, with the ids by which clients know orders.
    """

    def __init__(
        self, name: str, permission: Permission | None, cost: int, result: Result
    ) -> None:
        super().__init__(name, permission, cost)
        self.result: Final = result


class AccountMethod(LoggedMethod):
    """A method that commands one of the key's own accounts."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        build: Callable[[Any, Identity, str], Command],
        result: Result,
    ) -> None:
        super().__init__(name, permission, cost, result)
        self.build: Final = build  # takes the params, the identity and the account


@final
class OrderMethod(AccountMethod):
    """A single command for one of the key's own accounts."""


@final
class BatchMethod(AccountMethod):
    """Many commands in one message; ``cost``, ``build`` and ``result`` are per item."""


class NamingMethod(LoggedMethod):
    """A method that names what it concerns, whoever owns that."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        build: Callable[[Any, str], Command],
        result: Result,
    ) -> None:
        super().__init__(name, permission, cost, result)
        self.build: Final = build  # takes the params and the key's id


@final
class VenueMethod(NamingMethod):
    """A command of an operator or the registry."""


@final
class MoveMethod(NamingMethod):
    """A command by the registry for any ``account``, by a participant for its own."""


@final
class QueryMethod(Method):
    """A query of the state or the history, run after all earlier requests."""

    def __init__(
        self,
        name: str,
        permission: Permission | None,
        cost: int,
        answer: Callable[[Session, Any, Reply, int], None],
    ) -> None:
        super().__init__(name, permission, cost)
        self.answer: Final = answer
