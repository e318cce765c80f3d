"""The log's interface: batches become durable rows in a total order.

A reader of the tail sees every event of the venue: the engine's state is a function of
the rows.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import msgspec

from carbonex.engine import Batch, Command
from carbonex.engine.timers import Due, GoesOn
from carbonex.wire.dates import SHANGHAI
from carbonex.wire.units import NS_PER_SECOND


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonex.engine import SemanticsError


class LogError(Exception):
    """The log cannot do the operation; the message gives the reason and a remedy."""


class LockedError(LogError):
    """Another server holds the data directory."""


class PoisonedError(LogError):
    """A write or a sync failed, so it is unknown whether its batch is durable.

    The kernel may have dropped the data and marked the pages clean, so that another
    sync would succeed without meaning. Nothing is retried: the process must end, and
    the next start reads what is on the disk.
    """


class DamageError(LogError):
    """Durable data is missing or changed.

    ``path`` and ``offset`` locate the damage, ``position`` is the row expected there.
    """

    def __init__(
        self, path: Path, offset: int, position: int, expected: str, found: str
    ) -> None:
        super().__init__(
            f"{path} is damaged at offset {offset} (position {position}): "
            f"expected {expected}, found {found}; restore the directory from a copy"
        )
        self.path = path
        self.offset = offset
        self.position = position
        self.expected = expected
        self.found = found


class UnknownSemanticsError(LogError):
    """A row's commands have semantics unknown to this build."""

    def __init__(self, position: int, error: SemanticsError) -> None:
        super().__init__(f"row {position} {error}")
        self.position = position
        self.number = error.number


class UnappliableRowError(LogError):
    """A durable row raised an error in the engine; ``position`` is the row.

    ``happening`` names the timed event that raised it, as ``State.happening``; None if
    a command raised it. The exchange may have applied a part of the row, and must not
    be used any more.
    """

    def __init__(
        self,
        position: int,
        row: bytes,
        batch: Batch,
        error: Exception,
        happening: tuple[int, int, int] | None = None,
    ) -> None:
        kinds = Counter(type(command).__name__ for command in batch.commands)
        what = ", ".join(
            kind if count == 1 else f"{count} {kind}" for kind, count in kinds.items()
        )
        cause = what or "no command"
        if happening is not None:
            cause = f"{told(happening)}, which comes before {cause},"
        super().__init__(
            f"row {position} of {_moment(batch.time_ns)}, hash {row.hex()},"
            f" cannot be applied: {cause} led to {error!r}. Nothing of it"
            " was answered. Use a release that can apply it, or pass over it with"
            " carbonex skip: see 'A row that cannot be applied' in docs/operations.md"
        )
        self.error = error
        self.happening = happening
        self.figures = {"position": position, "hash": row.hex(), "commands": what}
        if happening is not None:
            self.figures["due"] = told(happening)


def told(happening: tuple[int, int, int]) -> str:
    """Describe a timed event in words, from its time (ns), kind and id."""
    time_ns, kind, number = happening
    return f"{_WORDS[kind].format(number)}, due at {_moment(time_ns)}"


_WORDS: Final[dict[int, str]] = {
    Due.EXPIRY: "the expiry of order {}",
    Due.COUNTDOWN: "the countdown of account number {}",
    Due.GRACE: "the end of the grace of session number {}",
    Due.AUCTION: "the close of auction {}",
    Due.CALL: "the end of the call auction of instrument number {}",
    Due.STEP: "the next phase of instrument number {}",
    Due.DAY: "the end of the trading day",
    GoesOn.CANCELS: "the mass cancel whose turn is {}",
    GoesOn.STOPS: "the entry of reached stop orders of instrument number {}",
}


def _moment(time_ns: int) -> str:
    moment = datetime.fromtimestamp(time_ns // NS_PER_SECOND, SHANGHAI)
    return f"{moment:%Y-%m-%d %H:%M:%S} (UTC+8)"


_decoder = msgspec.msgpack.Decoder(list[Command])


class Row(NamedTuple):
    """A durable batch: ``payload`` holds its commands as a MessagePack array.

    ``position`` counts rows from 1. ``hash`` is BLAKE2b-256 over the previous row's
    hash and all of this row.
    """

    position: int
    time_ns: int
    gateway: int
    epoch: int
    n: int
    payload: bytes
    hash: bytes

    def batch(self) -> Batch:
        """Decode the published batch. O(payload).

        Raises:
            LogError: If the payload holds data unknown to this build.

        """
        try:
            commands = _decoder.decode(self.payload)
        except msgspec.MsgspecError as error:
            raise LogError(
                f"row {self.position} cannot be read: {error}; "
                "a newer carbonex may have written it"
            ) from None
        return Batch(self.time_ns, self.gateway, self.epoch, self.n, commands)


class Tail(Protocol):
    """The read interface of a log."""

    @property
    def venue(self) -> str:
        """The venue's name, as stored in the log."""

    def bounds(self) -> tuple[int, int]:
        """Return the first and last position; last is first - 1 if the log is empty."""

    def tail(self, from_position: int, /) -> Iterator[Row]:
        """Yield the rows from ``from_position`` on that are durable now.

        Raises:
            LogError: If the log does not reach back that far.
            DamageError: If a row is damaged.

        """

    def hash_at(self, position: int, /) -> bytes:
        """Return the chain hash after ``position``, from first - 1 to last."""


class Log(Tail, Protocol):
    """The full interface. Only one thread publishes and rolls."""

    def publish(self, batch: Batch, /) -> Row:
        """Make ``batch`` durable, then return its row.

        Raises:
            PoisonedError: If a write or sync failed, now or earlier.

        """
