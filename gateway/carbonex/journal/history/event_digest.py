"""A running digest over everything that rows made happen.

The state's digest says where an exchange has come to, not how: two events that
swap places can leave the same state. Whoever applies the same rows must get this
digest as well. It is kept by the follower and never made on the way of an order:
encoding and hashing cost 2 to 3 µs a command.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

import msgspec

from carbonex.engine import DayEnded, Event


if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from carbonex.engine import Applied


DIGEST_BYTES: Final = 32
BEGINNING: Final = bytes(DIGEST_BYTES)  # the digest before any row

# A digest is kept after at least so many rows, and where a trading day ends: as close
# as that a deviation can be told.
KEPT_EVERY: Final = 1_000

# The layout of the digest that a chain starts from, with which nothing is compared.
NO_LAYOUT: Final = b""

_encode: Final = msgspec.msgpack.Encoder().encode


@final
class EventDigest:
    """The running digest; each row's events are hashed with the digest before them.

    So it goes on from its value alone. ``value`` commits to every event since the
    chain began.
    """

    __slots__ = ("value",)

    def __init__(self, value: bytes = BEGINNING) -> None:
        self.value = value

    def update(self, position: int, applied: Applied) -> None:
        """Take in what the row at ``position`` did. O(events)."""
        done = (
            position,
            *(applied.accepted, applied.time_ns, applied.first_seq),
            _named(applied.due),
            [_named(events) for events in applied.replies],
        )
        self.value = blake2b(
            self.value + _encode(done), digest_size=DIGEST_BYTES
        ).digest()


class KeptDigest(NamedTuple):
    """A digest as it was kept: after ``position``, made with events of ``layout``.

    Without a layout it is where a chain starts: after rows that nobody applied, or
    with another release's events.
    """

    position: int
    layout: bytes
    digest: bytes


@final
class DigestKeeper:
    """Keeps the digest in the history's file, in the transactions of who writes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept: list[KeptDigest] = []  # to be inserted
        select = "SELECT position, layout, events FROM progress"
        position, known, value = connection.execute(select).fetchone()
        self._digest = EventDigest(value)
        self._since = position
        if known != layout():
            self._kept.append(KeptDigest(position, NO_LAYOUT, value))

    def start_at(self, position: int) -> None:
        """Begin a chain after ``position``: nobody applies the rows before."""
        self._kept = [KeptDigest(position, NO_LAYOUT, self._digest.value)]
        self._since = position
        self.flush()

    def take(self, position: int, applied: Applied) -> None:
        """Take in what the row at ``position`` did."""
        self._digest.update(position, applied)
        is_last = any(type(event) is DayEnded for event in applied.due)
        if is_last or position - self._since >= KEPT_EVERY:
            self._kept.append(KeptDigest(position, layout(), self._digest.value))
            self._since = position

    def flush(self) -> None:
        """Store the digest as it is now, and those to be kept."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO event_digests VALUES (?, ?, ?)", self._kept
        )
        self._kept.clear()
        self._connection.execute(
            "UPDATE progress SET layout = ?, events = ?",
            [layout(), self._digest.value],
        )


@cache
def layout() -> bytes:
    """Return the hash of what events consist of in this build.

    A release may give an event another field: its digests are others then, though
    nothing else happens.
    """
    structs: dict[str, list[str]] = {}
    _note(msgspec.inspect.type_info(Event), structs)
    return blake2b(_encode(sorted(structs.items())), digest_size=8).digest()


class Deviation(NamedTuple):
    """Rows ``first`` to ``last`` did not do what they did before."""

    first: int
    last: int
    kept: bytes
    found: bytes

    def __str__(self) -> str:
        return (
            f"rows {self.first} to {self.last} lead to events with the digest"
            f" {self.found.hex()}, and led to {self.kept.hex()} before"
        )


@final
class Comparison:
    """Holds rows that are applied again against the digests ``kept`` of them.

    Rows come one after the other, from any on; they are compared from the first kept
    digest on that is met. ``compared`` counts digests, ``deviation`` is the first.
    """

    def __init__(self, kept: Iterable[KeptDigest]) -> None:
        self._kept = {one.position: one for one in kept}
        self._digest: EventDigest | None = None
        self._since = 0
        self._last = 0
        self.compared = 0
        self.deviation: Deviation | None = None

    def start(self, position: int) -> None:
        """Begin after ``position``."""
        self._last = position
        if position == 0:
            self._digest = EventDigest()
        else:
            self._resume(position)

    def take(self, position: int, applied: Applied) -> None:
        """Compare what the row at ``position`` did. O(events).

        Where rows were left out, nothing is compared up to the next kept digest.
        """
        if position != self._last + 1:
            self._digest = None
        self._last = position
        if self._digest is not None:
            self._digest.update(position, applied)
        if position in self._kept:
            self._compare(self._kept[position])
            self._resume(position)

    def _compare(self, kept: KeptDigest) -> None:
        if self._digest is None or kept.layout != layout():
            return
        self.compared += 1
        if self._digest.value != kept.digest and self.deviation is None:
            found = self._digest.value
            self.deviation = Deviation(
                self._since + 1, kept.position, kept.digest, found
            )

    def _resume(self, position: int) -> None:
        """Go on from what was kept, so that each deviation has its own rows."""
        kept = self._kept.get(position)
        self._since = position
        self._digest = None if kept is None else EventDigest(kept.digest)


def _named(events: list[Event]) -> list[tuple[str, Event]]:
    return [(type(event).__name__, event) for event in events]


def _note(info: Any, structs: dict[str, list[str]]) -> None:
    """Note the fields of each struct that is part of a type."""
    if isinstance(info, msgspec.inspect.StructType):
        name = info.cls.__name__
        if name in structs:
            return
        structs[name] = [field.name for field in info.fields]
        for field in info.fields:
            _note(field.type, structs)
    elif isinstance(info, msgspec.inspect.UnionType):
        for part in info.types:
            _note(part, structs)
    elif isinstance(info, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        _note(info.item_type, structs)
    elif isinstance(info, msgspec.inspect.TupleType):
        for part in info.item_types:
            _note(part, structs)
