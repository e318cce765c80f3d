"""Bringing a flow to an exchange in this process, and what came of it to a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeGuard

from carbonex.engine import (
    AmendOrder,
    Batch,
    CancelAll,
    CancelOrder,
    Exchange,
    GatewayOpened,
    PlaceOrder,
    Rejected,
)

from .flow import opening


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from carbonex.engine import Command, OrderCommand

    from .check import Check
    from .flow import Flow


BATCH: Final = 500  # commands; any size gives the same events
_ORDER_COMMANDS: Final = (PlaceOrder, AmendOrder, CancelOrder, CancelAll)


def batches_of(flow: Flow) -> Iterator[Batch]:
    """Yield the log of a venue that is set up and then gets nothing but the flow."""
    groups: list[Sequence[Command]] = [[GatewayOpened("")], opening(flow)]
    size = len(flow.commands)
    groups += (flow.commands[at : at + BATCH] for at in range(0, size, BATCH))
    for n, group in enumerate(groups):
        yield Batch(n, 1, 1, n, list(group))


def replay(batches: Iterable[Batch], check: Check) -> Exchange:
    """Apply a whole log, tell ``check`` of every order command, and finish it.

    Raises:
        RuntimeError: If a command that sets the venue up was refused.

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
