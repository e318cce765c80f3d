"""Holding what clients were told against what the log says."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .logged import Logged
    from .told import Told


def reconcile(told: Told, logged: Logged) -> list[str]:
    """Return what does not agree, and let go of what does. O(what is new).

    The log has to be one that nobody writes meanwhile, followed to its end.
    """
    faults = [*told.faults, *logged.faults]
    told.faults.clear()
    logged.faults.clear()
    faults += _orders(told, logged)
    faults += _changes(told, logged)
    faults += _done_once(told, logged)
    faults += _executions(told, logged)
    faults += _hashes(told, logged)
    return faults


def missing_executions(told: Told, logged: Logged) -> list[str]:
    """Return which executions no client was told of, once all had the time. O(these)."""
    untold = [key for key in logged.executions if key[0] in told.newest]
    return [f"nobody was told of execution {key}" for key in untold]


def _orders(told: Told, logged: Logged) -> Iterator[str]:
    for name, order_id in told.placed:
        if logged.orders.get(name) != order_id:
            known = logged.orders.get(name)
            yield f"order {name}: told that it is {order_id}, the log has {known}"
    told.placed.clear()
    for name in told.absent & logged.orders.keys():
        yield f"order {name}: told that it does not exist, the log has it"
    for name, times in logged.sent.items():
        if times > 1 or name not in told.sent:
            yield f"order {name}: {times} times in the log"
    logged.sent.clear()


def _changes(told: Told, logged: Logged) -> Iterator[str]:
    for order_id, times in told.amended.items():
        if logged.amended[order_id] < times:
            amended = logged.amended[order_id]
            yield f"order {order_id}: {times} amendments told, {amended} logged"
    for order_id, times in logged.amends.items():
        if times > told.amends_sent[order_id]:
            sent = told.amends_sent[order_id]
            yield f"order {order_id}: {sent} amendments sent, {times} logged"
    for order_id in told.cancelled:
        if logged.cancelled[order_id] != 1:
            times = logged.cancelled[order_id]
            yield f"order {order_id}: told that it was cancelled, logged {times} times"
    told.cancelled.clear()


def _done_once(told: Told, logged: Logged) -> Iterator[str]:
    for ref in told.moved:
        if logged.moved[ref] != 1:
            yield f"deposit {ref}: told of, logged {logged.moved[ref]} times"
    told.moved.clear()
    yield from (f"deposit {ref}: {n} times" for ref, n in logged.moved.items() if n > 1)
    yield from _numbers("proposal", told.proposed, logged.proposed)
    yield from _numbers("acceptance", told.accepted, logged.accepted)
    for date in told.begun:
        if date not in logged.begun:
            yield f"trading day {date}: told that it had begun, the log has none"
    told.begun.clear()


def _numbers(
    what: str, told: list[tuple[str, int]], logged: Mapping[str, int]
) -> Iterator[str]:
    for ref, number in told:
        if logged.get(ref) != number:
            yield f"{what} {ref}: told {number}, the log has {logged.get(ref)}"
    told.clear()


def _executions(told: Told, logged: Logged) -> Iterator[str]:
    """Each is told once: what was told is forgotten, and not found a second time."""
    for account, exec_seq, fact in told.executions:
        known = logged.executions.pop((account, exec_seq), None)
        if known != fact:
            yield f"{account}: execution {exec_seq} told as {fact}, logged as {known}"
    told.executions.clear()


def _hashes(told: Told, logged: Logged) -> Iterator[str]:
    for position, chain in told.heartbeats:
        if position and logged.hashes.get(position) != chain:
            known = logged.hashes.get(position)
            yield f"row {position}: told the hash {chain}, the log has {known}"
    told.heartbeats.clear()
