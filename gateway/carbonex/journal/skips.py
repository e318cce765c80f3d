"""Rows of a log that every reader passes over, because an operator has said so.

A row that raises an error in the engine would stop every start for ever. So an
operator may sign that it is passed over, or that it is applied without one thing that
time does by itself there and that raises the error. The signed SkipRow is a row of the log
itself, behind the one that it names: who reads the log looks for such rows first,
and believes one whose signature is that of an operator's key. What a build can apply
makes no difference: all of them pass over the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import Permission, SemanticsError, SkipRow
from carbonex.wire.login import verify
from carbonex.wire.skips import skip_text

from .log import UnappliableRowError, UnknownSemanticsError, told


if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from carbonex.engine import Applied, Batch, Exchange

    from .log import Row, Tail


# How the payload of a row begins that holds one SkipRow: an array of one array of
# nine, of which the first is the tag 56. Three bytes decide, for every row that is read.
_BEGINS: Final = b"\x91\x99\x38"


NOTHING: Final[frozenset[tuple[int, int, int] | None]] = frozenset()


class Marker(NamedTuple):
    """A SkipRow, and the position of the row that it is in."""

    position: int
    command: SkipRow


class Skips:
    """The rows that a log passes over, for one reader of it.

    ``warnings`` tells what was passed over so far, and what is signed by nobody.
    """

    def __init__(self, venue: str, rows: Iterable[Row] = ()) -> None:
        """Look for markers in ``rows``. O(rows)."""
        self._venue = venue
        self._markers: dict[int, list[Marker]] = {}  # by the position they name
        self.warnings: list[str] = []
        for row in rows:
            marker = marker_in(row)
            if marker is not None:
                self.add(marker)

    @classmethod
    def after(cls, log: Tail, position: int) -> Self:
        """Return those of the rows behind ``position``. O(rows read).

        Raises:
            LogError, DamageError: As ``tail``.

        """
        return cls(log.venue, log.tail(position + 1))

    def add(self, marker: Marker) -> None:
        """Know one more marker."""
        self._markers.setdefault(marker.command.position, []).append(marker)

    def apply(self, row: Row, batch: Batch, exchange: Exchange) -> Applied:
        """Apply ``batch``, which is ``row``'s, as far as markers say; or pass over it.

        Raises:
            UnknownSemanticsError: If this build does not know what it means.
            UnappliableRowError: If it cannot be applied and nobody has said that
                it is passed over.

        """
        left_out = NOTHING
        if row.position in self._markers:
            left_out = self.signed(row, exchange)
            if None in left_out:
                return exchange.skip(batch)
        try:
            if left_out:
                return exchange.apply_without(batch, tuple(filter(None, left_out)))
            return exchange.apply(batch)
        except SemanticsError as error:
            raise UnknownSemanticsError(row.position, error) from None
        except Exception as error:
            named = row.position, row.hash, batch, error, exchange.happening
            raise UnappliableRowError(*named) from error

    def signed(
        self, row: Row, exchange: Exchange
    ) -> frozenset[tuple[int, int, int] | None]:
        """Return what operators have signed that ``row`` is applied without.

        None stands for the whole row. ``exchange`` is as it was before the row.
        """
        left_out: set[tuple[int, int, int] | None] = set()
        for marker in self._markers.get(row.position, ()):
            fault = self.fault(marker, row, exchange)
            if fault:
                self._warn(
                    f"row {marker.position}, which names row {row.position}, is not"
                    f" believed: {fault}"
                )
                continue
            command = marker.command
            self._warn(
                f"row {row.position} is {outcome(command.leaves_out)}: row"
                f" {marker.position}, signed with key {command.key_id}, says so:"
                f" {command.reason}"
            )
            left_out.add(command.leaves_out)
        return frozenset(left_out)

    def fault(self, marker: Marker, row: Row, exchange: Exchange) -> str:
        """Return why ``marker`` cannot pass over ``row``; empty where it can."""
        command = marker.command
        if not row.position < marker.position:
            return "it is not behind that row"
        if command.row != row.hash:
            return f"that row has another hash, {row.hash.hex()}"
        return may_skip(exchange, command.key_id) or self.forged(command, exchange)

    def forged(self, command: SkipRow, exchange: Exchange) -> str:
        """Return what is wrong with a signature by a key that is known; else nothing."""
        key = exchange.keys.get(command.key_id)
        text = skip_text(self._venue, command)
        if key is None or not verify(key.public_key, text, command.signature):
            return f"the signature is not that of key {command.key_id!r}"
        return ""

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def outcome(leaves_out: tuple[int, int, int] | None) -> str:
    """Return what becomes of a row: it is passed over, or applied without what."""
    if leaves_out is None:
        return "passed over"
    return f"applied without {told(leaves_out)}"


def marker_in(row: Row) -> Marker | None:
    """Return the marker that a row is, if it is one. O(1) where it is none."""
    if not row.payload.startswith(_BEGINS):
        return None
    (command,) = row.batch().commands
    return Marker(row.position, command) if type(command) is SkipRow else None


def may_skip(exchange: Exchange, key_id: str) -> str:
    """Return why a key may not have rows passed over; empty where it may."""
    key = exchange.keys.get(key_id)
    if key is None:
        return f"there is no key {key_id!r}"
    if key.revoked:
        return f"key {key_id!r} is revoked"
    if Permission.OPERATE not in key.permissions:
        return f"key {key_id!r} does not have the permission operate"
    return ""
