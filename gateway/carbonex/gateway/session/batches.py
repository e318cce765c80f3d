"""Many orders in one message: refused as a whole, or one outcome per order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from msgspec.structs import replace

from carbonex.wire.answers import BatchItem, BatchResult

from .refusal import Refused, unavailable


if TYPE_CHECKING:
    from carbonex.engine import Command
    from carbonex.gateway.venue import Venue
    from carbonex.wire.answers import Error

    from .identity import Identity
    from .kinds import BatchMethod


@final
class Batch:
    """Collect the outcomes of ``size`` commands, in order."""

    __slots__ = ("_items", "_size")

    def __init__(self, size: int) -> None:
        self._size: Final = size
        self._items: list[BatchItem] = []

    def add(self, result: Any, problem: Error | None) -> bool:
        """Add the next outcome; return whether it was the last."""
        self._items.append(BatchItem(problem is None, result, problem))
        return len(self._items) == self._size

    def result(self) -> BatchResult:
        """Return all outcomes."""
        return BatchResult(self._items)


def commands_of(
    method: BatchMethod, orders: list[Any], who: Identity, venue: Venue
) -> list[Command]:
    """Return the commands of all ``orders``, which the venue will accept.

    Raises:
        Refused: If an order is malformed or for an account that is not the key's
            (``param`` says which), or if the venue has no room for all. Submit
            none of them then.

    """
    commands = []
    for i, p in enumerate(orders):
        try:
            commands.append(method.build(p, who, who.account(p.account)))
        except Refused as refused:
            problem = refused.error
            where = f"orders[{i}]"
            raise Refused(
                replace(
                    problem,
                    param=f"{where}.{problem.param}",
                    message=f"{where}: {problem.message}",
                )
            ) from None
    code = venue.refusal(commands[0], len(commands))
    if code is not None:
        raise Refused(unavailable(code, method.name))
    return commands
