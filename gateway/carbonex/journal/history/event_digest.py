"""A running digest over all events of the log's rows.

The state's digest shows the state reached, not the way there: two events that swap
places can lead to the same state. Every exchange that applies the same rows must also
get this digest. The follower computes it, never the order path: encoding and hashing
cost 2 to 3 µs a command.
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

# A digest is stored after at least this many rows, and at each trading day's end. The
# distance bounds how closely a deviation can be located.
KEPT_EVERY: Final = 1_000

# Layout of the digest at the start of a chain; nothing is compared with it.
NO_LAYOUT: Final = b""

_encode: Final = msgspec.msgpack.Encoder().encode


@final
class EventDigest:
    """The running digest: each row's events are hashed with the digest before them.

    Its value alone suffices to continue it. ``value`` commits to every event since the
    chain began.
    """

    __slots__ = ("value",)

    def __init__(self, value: bytes = BEGINNING) -> None:
        self.value = value

    def update(self, position: int, applied: Applied) -> None:
        """Add the result of the row at ``position``. O(events)."""
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
    """A stored digest: after ``position``, over events of ``layout``.

    An empty layout marks the start of a chain: the rows before were not applied, or had
    the events of another release.
    """

    position: int
    layout: bytes
    digest: bytes


@final
class DigestKeeper:
    """Stores the digest in the history's file, in the writer's transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept: list[KeptDigest] = []  # not yet inserted
        select = "SELECT position, layout, events FROM progress"
        position, known, value = connection.execute(select).fetchone()
        self._digest = EventDigest(value)
        self._since = position
        if known != layout():
            self._kept.append(KeptDigest(position, NO_LAYOUT, value))

    def start_at(self, position: int) -> None:
        """Begin a chain after ``position``; the rows before are not applied."""
        self._kept = [KeptDigest(position, NO_LAYOUT, self._digest.value)]
        self._since = position
        self.flush()

    def take(self, position: int, applied: Applied) -> None:
        """Add the result of the row at ``position``."""
        self._digest.update(position, applied)
        is_last = any(type(event) is DayEnded for event in applied.due)
        if is_last or position - self._since >= KEPT_EVERY:
            self._kept.append(KeptDigest(position, layout(), self._digest.value))
            self._since = position

    def flush(self) -> None:
        """Store the current digest, and those queued for storing."""
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
    """Return a hash of the events' fields in this build.

    A release may add a field to an event: its digests then differ although the events
    are the same.
    """
    structs: dict[str, list[str]] = {}
    _note(msgspec.inspect.type_info(Event), structs)
    return blake2b(_encode(sorted(structs.items())), digest_size=8).digest()


class Deviation(NamedTuple):
    """Rows ``first`` to ``last`` had other events before."""

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
    """Compares rows that are applied again with their ``kept`` digests.

    Rows come in order, starting anywhere. Comparison begins at the first kept digest
    reached. ``compared`` counts digests; ``deviation`` is the first mismatch.
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
        """Compare the result of the row at ``position``. O(events).

        After a gap in the rows, nothing is compared up to the next kept digest.
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
        """Continue from the kept digest, so that each deviation has its own rows."""
        kept = self._kept.get(position)
        self._since = position
        self._digest = None if kept is None else EventDigest(kept.digest)


def _named(events: list[Event]) -> list[tuple[str, Event]]:
    return [(type(event).__name__, event) for event in events]


def _note(info: Any, structs: dict[str, list[str]]) -> None:
    """Record the fields of each struct that is part of a type."""
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
