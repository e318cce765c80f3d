"""Walks through live objects slot by slot: a state, and the twin restored from it.

What is one object in the first must be one in the other, and nothing else; dicts
must have the same order. Messages are values and need only be equal. Of a
finished order, which only a client id remembers, only its past counts.

Some things may differ, as nothing follows from them: the order in which levels were
made, orders numbered and freezes came to pend, that an exchange is still watchful for
stop orders that are gone, and what an account's index has sorted already.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sortedcontainers import SortedList

from carbonex.engine import Exchange
from carbonex.engine.book import BookSide, Order
from carbonex.engine.market.tape import Tape, print_of


if TYPE_CHECKING:
    from collections.abc import Iterator

ATOMS = (int, str, bytes, Enum, msgspec.Struct, type(None))
CONTAINERS = (dict, list, tuple, SortedList)
PAST = ("account", "command", "order_id", "price", "quantity", "remaining")
IDLE = ("stops_wait", "watchful", "own")
NOT_SET = "(not set)"


class Step(NamedTuple):
    """From an object to one of its parts: an attribute, or what is at a place."""

    owner: type
    place: Any

    def of(self, item: Any) -> Any:
        """Take the step; a tape has trades as events, or as a snapshot had them."""
        if self == TAPE:
            return tuple(print_of(trade) for trade in item.trades)
        if issubclass(self.owner, CONTAINERS):
            return item[self.place]
        return getattr(item, self.place, NOT_SET)

    def put(self, item: Any, value: object) -> None:
        """Change what the step leads to."""
        if issubclass(self.owner, CONTAINERS):
            item[self.place] = value
        else:
            setattr(item, self.place, value)

    def __str__(self) -> str:
        if issubclass(self.owner, CONTAINERS):
            return f"[{self.place!r}]"
        return f".{self.place}"


Path = tuple[Step, ...]
TAPE = Step(Tape, "trades")

UNORDERED = {Step(BookSide, "levels"), Step(BookSide, "numbers")}
# What has been reached through accounts, in whatever order: ``check`` asserts that all
# that belong here are here, and each of them is frozen by itself.
INDEX = Step(Exchange, "freezing")


def assert_twins(one: object, other: object) -> None:
    """Assert that the two are alike in everything that can be reached from them."""
    twins: dict[int, object] = {}
    taken: set[int] = set()
    waiting: deque[tuple[Path, Any, Any]] = deque([((), one, other)])
    while waiting:
        path, ours, theirs = waiting.popleft()
        told = "".join(map(str, path))
        assert type(ours) is type(theirs), (told, ours, theirs)
        if isinstance(ours, ATOMS):
            assert ours == theirs, told
            continue
        if path and path[-1] == INDEX:
            assert len(ours) == len(theirs), told
            continue
        if not isinstance(ours, tuple):
            if id(ours) in twins:
                assert twins[id(ours)] is theirs, (told, "not the same twice")
                continue
            assert id(theirs) not in taken, (told, "one for two")
            twins[id(ours)] = theirs
            taken.add(id(theirs))
        steps = _steps(ours)
        assert _ordered(path, steps) == _ordered(path, _steps(theirs)), told
        waiting.extend(((*path, s), s.of(ours), s.of(theirs)) for s in steps)


def parts(root: object) -> Iterator[tuple[Path, Any]]:
    """Yield everything that ``root`` reaches, each object once, nearest first."""
    seen: set[int] = set()
    waiting: deque[tuple[Path, Any]] = deque([((), root)])
    while waiting:
        path, item = waiting.popleft()
        if isinstance(item, ATOMS):
            yield path, item
        elif id(item) not in seen:
            seen.add(id(item))
            yield path, item
            waiting.extend(((*path, s), s.of(item)) for s in _steps(item))


def changes(root: object) -> Iterator[tuple[Path, object]]:
    """Yield another value for each place that is like no other before it.

    Places are alike if only keys and indexes tell them apart. What cannot be
    changed by itself is left out: messages, and what is in tuples.
    """
    seen: set[tuple[str, ...]] = set()
    for path, value in parts(root):
        sort = tuple(_sort(step) for step in path)
        other = _another(value)
        fixed = path and issubclass(path[-1].owner, (tuple, SortedList))
        if other is not None and not fixed and sort not in seen:
            seen.add(sort)
            yield path, other


def slots_of(kind: type) -> list[str]:
    """Return the attributes that a class declares, whether it is compiled or not."""
    compiled = getattr(kind, "__mypyc_attrs__", None)
    if compiled is not None:
        return [name for name in compiled if name != "__dict__"]
    return [
        name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ())
    ]


def place_of(path: Path) -> str:
    """Return what a path leads to, as ``Order.price`` or ``Holding.maturing[]``."""
    name = ""
    for step in reversed(path):
        name = _sort(step) + name
        if not issubclass(step.owner, CONTAINERS):
            return name
    return name


def follow(root: object, path: Path) -> Any:
    """Return what is at the end of a path."""
    item = root
    for step in path:
        item = step.of(item)
    return item


def change(root: object, path: Path, value: object) -> None:
    """Put another value at the end of a path."""
    path[-1].put(follow(root, path[:-1]), value)


def _sort(step: Step) -> str:
    if issubclass(step.owner, CONTAINERS):
        return "[]"
    return f"{step.owner.__name__}.{step.place}"


def _another(value: Any) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return next(member for member in type(value) if member is not value)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return value + b"x"
    return value + "x" if isinstance(value, str) and value != NOT_SET else None


def _ordered(path: Path, steps: list[Step]) -> list[Step]:
    if path and path[-1] in UNORDERED:
        return sorted(steps, key=lambda step: step.place)
    return steps


def _steps(item: Any) -> list[Step]:
    kind = type(item)
    if isinstance(item, dict):
        return [Step(kind, key) for key in item]
    if isinstance(item, CONTAINERS):
        return [Step(kind, place) for place in range(len(item))]
    assert kind.__module__.startswith("carbonex.engine."), item
    return [Step(kind, name) for name in _attributes(item)]


def _attributes(item: object) -> list[str]:
    if isinstance(item, Order) and item.order_id not in item.account.orders:
        return list(PAST)
    names = [*slots_of(type(item)), *getattr(item, "__dict__", ())]
    return [name for name in names if name not in IDLE]
