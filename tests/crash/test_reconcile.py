"""The judge of the rounds: silent where words and log agree, and loud at each lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from .logged import Logged
from .reconcile import missing_executions, reconcile
from .told import Told


if TYPE_CHECKING:
    from collections.abc import Callable

    from .facts import Fact


ORDER: Final = ("amber", "amber-1")
NEW: Final[Fact] = ("new", 7, 7463, 5, "amber-1")
GONE: Final[Fact] = ("cancelled", 7, 5, 0, "CLIENT")


@pytest.fixture
def told() -> Told:
    """What one trader and an operator were told."""
    told = Told()
    told.sent.add(ORDER)
    told.placed.append((ORDER, 7))
    told.absent.add(("amber", "amber-2"))
    told.amends_sent[7] = 2
    told.amended[7] = 1
    told.cancelled.append(7)
    told.moved.append("cash-1")
    told.proposed.append(("amber-block", 3))
    told.accepted.append(("birch-accept", 3))
    told.begun.append(20200101)
    told.newest["amber"] = 2
    told.executions += [("amber", 1, NEW), ("amber", 2, GONE)]
    told.heartbeats.append((9, "c0ffee"))
    return told


@pytest.fixture
def logged() -> Logged:
    """A log that holds just that."""
    logged = Logged()
    logged.sent[ORDER] = 1
    logged.orders[ORDER] = 7
    logged.amends[7] = 2
    logged.amended[7] = 1
    logged.cancelled[7] = 1
    logged.moved["cash-1"] = 1
    logged.proposed["amber-block"] = 3
    logged.accepted["birch-accept"] = 3
    logged.begun.add(20200101)
    logged.executions |= {("amber", 1): NEW, ("amber", 2): GONE}
    logged.hashes[9] = "c0ffee"
    return logged


def test_it_is_silent_where_both_agree(told: Told, logged: Logged) -> None:
    assert reconcile(told, logged) == []
    assert missing_executions(told, logged) == []
    assert reconcile(told, logged) == []


LIES: Final[dict[str, Callable[[Told, Logged], object]]] = {
    "an answered order is not there": lambda _, log: log.orders.clear(),
    "it is there with another number": lambda _, log: log.orders.update({ORDER: 8}),
    "an order is twice in the log": lambda _, log: log.sent.update({ORDER: 1}),
    "nobody sent it": lambda told, _: told.sent.clear(),
    "one resolved as never is there": lambda told, _: told.absent.add(ORDER),
    "an answered amendment is lost": lambda _, log: log.amended.clear(),
    "an amendment was done twice": lambda _, log: log.amends.update({7: 1}),
    "an answered cancel is lost": lambda _, log: log.cancelled.clear(),
    "a cancel was done twice": lambda _, log: log.cancelled.update({7: 1}),
    "an answered deposit is lost": lambda _, log: log.moved.clear(),
    "a deposit was done twice": lambda _, log: log.moved.update({"cash-1": 1}),
    "an answered block is lost": lambda _, log: log.proposed.clear(),
    "an acceptance is lost": lambda _, log: log.accepted.clear(),
    "a trading day did not begin": lambda _, log: log.begun.clear(),
    "an execution never happened": lambda _, log: log.executions.pop(("amber", 2)),
    "it happened differently": lambda _, log: log.executions.update(
        {("amber", 2): NEW}
    ),
    "it was told twice": lambda told, _: told.executions.append(("amber", 2, GONE)),
    "another hash was told": lambda _, log: log.hashes.update({9: "0"}),
    "the log contradicts itself": lambda _, log: log.faults.append("a gap"),
    "a client saw a gap": lambda told, _: told.faults.append("a gap"),
}


@pytest.mark.parametrize("lie", LIES)
def test_it_sees_each_lie(told: Told, logged: Logged, lie: str) -> None:
    LIES[lie](told, logged)
    assert reconcile(told, logged) != []


def test_it_sees_an_execution_that_nobody_was_told(told: Told, logged: Logged) -> None:
    logged.executions["amber", 3] = GONE
    assert reconcile(told, logged) == []  # it may be on its way
    assert missing_executions(told, logged) != []
