"""Apply a log to an exchange in this process, and pass its commands to a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeGuard

from carbonex.engine import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    Exchange,
    PlaceOrder,
    Rejected,
)


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Batch, Command, OrderCommand

    from .check import Check


_ORDER_COMMANDS: Final = (PlaceOrder, AmendOrder, CancelOrder, CancelAll)


def replay(batches: Iterable[Batch], check: Check) -> Exchange:
    """Apply a whole log; pass every order command to ``check`` and finish it.

    Raises:
        RuntimeError: If a setup command was refused.

    """
    exchange = Exchange()
    for batch in batches:
        applied = exchange.apply(batch)
        told = False
        for command, events in zip(batch.commands, applied.replies, strict=False):
            if _is_order(command):
                check.reply(command, events)
                told = True
            elif events and type(events[0]) is Rejected:
                raise RuntimeError(f"{command} was refused: {events[0].reason.name}")
        if told:
            check.settled(exchange)
    check.finish(exchange)
    return exchange


def _is_order(command: Command) -> TypeGuard[OrderCommand]:
    return isinstance(command, _ORDER_COMMANDS)
