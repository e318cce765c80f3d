"""Rows that every reader of a log skips, because an operator has signed so.

A row that raises an error in the engine would prevent every start for ever. So an
operator may sign that it is skipped, or that it is applied without the one timed event
that raises the error. The signed SkipRow is itself a row of the log, after the row it
names. Readers look for such rows first, and accept those signed with an operator's key.
Even a build that could apply a skipped row skips it: all builds agree.
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


# First bytes of the payload of a row that holds one SkipRow: an array of one array of
# nine elements, the first of which is the tag 56. Three bytes decide, for every row
# read.
_BEGINS: Final = b"\x91\x99\x38"


NOTHING: Final[frozenset[tuple[int, int, int] | None]] = frozenset()


class Marker(NamedTuple):
    """A SkipRow, and the position of the row that contains it."""

    position: int
    command: SkipRow


class Skips:
    """The skipped rows of a log, for a single reader.

    ``warnings`` reports rows skipped so far, and markers that are not validly signed.
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
        """Find the markers in the rows after ``position``. O(rows read).

        Raises:
            LogError, DamageError: As ``tail``.

        """
        return cls(log.venue, log.tail(position + 1))

    def add(self, marker: Marker) -> None:
        """Add a marker."""
        self._markers.setdefault(marker.command.position, []).append(marker)

    def apply(self, row: Row, batch: Batch, exchange: Exchange) -> Applied:
        """Apply ``batch``, the batch of ``row``, or skip what valid markers name.

        Raises:
            UnknownSemanticsError: If the row has semantics unknown to this build.
            UnappliableRowError: If it cannot be applied and no valid marker skips it.

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
        """Return what operators have signed to leave out of ``row``.

        None stands for the whole row. ``exchange`` must be in the state before the row.
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
        """Return why ``marker`` cannot skip ``row``, or ""."""
        command = marker.command
        if not row.position < marker.position:
            return "it is not behind that row"
        if command.row != row.hash:
            return f"that row has another hash, {row.hash.hex()}"
        return may_skip(exchange, command.key_id) or self.forged(command, exchange)

    def forged(self, command: SkipRow, exchange: Exchange) -> str:
        """Return why the signature is invalid or its key unknown, or ""."""
        key = exchange.keys.get(command.key_id)
        text = skip_text(self._venue, command)
        if key is None or not verify(key.public_key, text, command.signature):
            return f"the signature is not that of key {command.key_id!r}"
        return ""

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def outcome(leaves_out: tuple[int, int, int] | None) -> str:
    """Describe a row's fate: skipped, or applied without a timed event."""
    if leaves_out is None:
        return "passed over"
    return f"applied without {told(leaves_out)}"


def marker_in(row: Row) -> Marker | None:
    """Return the marker in a row, or None. O(1) for other rows."""
    if not row.payload.startswith(_BEGINS):
        return None
    (command,) = row.batch().commands
    return Marker(row.position, command) if type(command) is SkipRow else None


def may_skip(exchange: Exchange, key_id: str) -> str:
    """Return why a key may not have rows skipped, or ""."""
    key = exchange.keys.get(key_id)
    if key is None:
        return f"there is no key {key_id!r}"
    if key.revoked:
        return f"key {key_id!r} is revoked"
    if Permission.OPERATE not in key.permissions:
        return f"key {key_id!r} does not have the permission operate"
    return ""
