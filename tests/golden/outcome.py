"""What a log leads to, in a form that later releases can be held against."""

from __future__ import annotations

from enum import Enum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from carbonex.engine import Exchange, Rejected
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import OsDisk
from carbonex.journal.archives import ArchiveSource, archive_path
from carbonex.journal.records import Header
from carbonex.journal.scan import Segment, start, walk


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonex.engine import Applied
    from carbonex.journal import Row


class Outcome(msgspec.Struct, frozen=True):
    """What replaying a golden log leads to.

    ``events`` is BLAKE2b over all events, of whose structs only so many ``fields``
    count as there were; ``digest`` is the exchange's, of a snapshot of ``format``.
    """

    rows: int
    seq: int
    semantics: int
    chain: str
    format: int
    digest: str
    events: str
    fields: dict[str, int]
    commands: list[str]
    reasons: list[str]


class Narrator:
    """Takes events in, and says what they amount to.

    ``fields`` names the structs of events with how many fields count; without it
    every field does, and ``fields`` tells afterwards how many there were.
    """

    def __init__(self, fields: dict[str, int] | None = None) -> None:
        self.fields: dict[str, int] = dict(fields or {})
        self._are_known = fields is not None
        self._hash = blake2b(digest_size=32)

    def take(self, applied: Applied) -> None:
        """Add what a batch did."""
        told = [
            applied.accepted,
            applied.time_ns,
            applied.first_seq,
            self._plain(applied.due),
            self._plain(applied.replies),
        ]
        self._hash.update(msgspec.msgpack.encode(told))

    def hexdigest(self) -> str:
        """Return the hash of all that was taken."""
        return self._hash.hexdigest()

    def _plain(self, value: object) -> Any:
        if isinstance(value, msgspec.Struct):
            name, names = type(value).__name__, value.__struct_fields__
            if not self._are_known:
                self.fields[name] = len(names)
            counted = names[: self.fields[name]]
            return [name, *(self._plain(getattr(value, field)) for field in counted)]
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        return value.value if isinstance(value, Enum) else value


def golden_rows(directory: Path) -> Iterator[Row]:
    """Yield the rows of a golden log; the chain is verified."""
    disk, path = OsDisk(), archive_path(directory, 1)
    source = ArchiveSource(disk, path)
    source.close()
    header = source.header
    segment = Segment(path, Header(header.venue, header.first, header.hash_before))
    last = 0
    for found in walk(disk, [segment], start(segment)):
        last = found.row.position
        yield found.row
    assert last == header.last


def replayed(directory: Path, fields: dict[str, int] | None = None) -> Outcome:
    """Return what the running build makes of a golden log."""
    exchange, narrator = Exchange(), Narrator(fields)
    commands: set[str] = set()
    reasons: set[str] = set()
    position, chain = 0, b""
    for row in golden_rows(directory):
        batch = row.batch()
        applied = exchange.apply(batch)
        narrator.take(applied)
        commands.update(type(command).__name__ for command in batch.commands)
        reasons.update(
            event.reason.name
            for events in applied.replies
            for event in events
            if type(event) is Rejected
        )
        position, chain = row.position, row.hash
    exchange.check()
    return Outcome(
        position,
        exchange.seq,
        exchange.semantics,
        chain.hex(),
        FORMAT,
        exchange.digest().hex(),
        narrator.hexdigest(),
        dict(sorted(narrator.fields.items())),
        sorted(commands),
        sorted(reasons),
    )
