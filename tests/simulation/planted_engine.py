"""Planted bugs in the engine, which also affect a replay."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from carbonex.engine import (
    Exchange,
    GatewayOpened,
    Rejected,
    exchange as exchange_module,
)
from carbonex.engine.accounts import Memory
from carbonex.engine.orders import leaving, placing
from carbonex.engine.timers import Timers


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Batch, Event


LATE_NS = 500_000_000


@contextlib.contextmanager
def lock_not_released() -> Iterator[None]:
    withdraw = leaving.withdraw

    def keeping(order: Any, reason: Any) -> Any:
        before = order.balance.available
        event = withdraw(order, reason)
        order.balance.available = before
        return event

    with (
        mock.patch.object(placing, "withdraw", keeping, create=True),
        mock.patch.object(leaving, "withdraw", keeping),
    ):
        yield


def batch_applied_twice() -> contextlib.AbstractContextManager[object]:
    def accepts(exchange: Exchange, batch: Batch) -> bool:
        epoch, n = exchange.gateways.get(batch.gateway, (0, 0))
        if batch.n == 0:
            return type(batch.commands[0]) is GatewayOpened and batch.epoch > epoch
        return batch.epoch == epoch and batch.n in (n, n + 1)

    return mock.patch.object(Exchange, "_accepts", accepts)


def sequence_reused() -> contextlib.AbstractContextManager[object]:
    restore: Any = vars(exchange_module)["restore"]

    def restoring(exchange: Exchange, data: bytes) -> None:
        restore(exchange, data)
        exchange.seq -= 1

    return mock.patch.object(exchange_module, "restore", restoring)


def ids_forgotten() -> contextlib.AbstractContextManager[object]:
    def turn(memory: Memory[Any]) -> None:
        memory.today, memory.yesterday = {}, {}

    return mock.patch.object(Memory, "turn", turn)


def ids_lost_at_a_restart() -> contextlib.AbstractContextManager[object]:
    restore: Any = vars(exchange_module)["restore"]

    def restoring(exchange: Exchange, data: bytes) -> None:
        restore(exchange, data)
        for account in exchange.accounts.values():
            account.client_ids.today.clear()
            account.client_ids.yesterday.clear()

    return mock.patch.object(exchange_module, "restore", restoring)


def countdown_forgotten() -> contextlib.AbstractContextManager[object]:
    return mock.patch.object(exchange_module, "fire_countdown", return_value=[])


def timer_late() -> contextlib.AbstractContextManager[object]:
    take = Timers.take

    def late(timers: Timers, now_ns: int) -> Any:
        return take(timers, now_ns - LATE_NS)

    return mock.patch.object(Timers, "take", late)


def grace_forgotten() -> contextlib.AbstractContextManager[object]:
    return mock.patch.object(exchange_module, "restart_graces", return_value=None)


def refusal_counts() -> contextlib.AbstractContextManager[object]:
    place: Any = vars(exchange_module)["place"]

    def counting(exchange: Exchange, command: Any) -> list[Event]:
        events: list[Event] = place(exchange, command)
        account = exchange.accounts.get(command.account)
        if account is not None and type(events[0]) is Rejected:
            account.exec_seq += 1
        return events

    return mock.patch.object(exchange_module, "place", counting)
