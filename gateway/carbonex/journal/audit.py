"""Replays a log and compares every digest in it with the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Checkpoint, Exchange
from carbonex.engine.snapshot import FORMAT

from .log import DamageError, LogError
from .skips import marker_in


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Applied

    from .scan import Found
    from .skips import Skips
    from .snapshots import Snapshot


class Audit:
    """An exchange that verifies its log; a mismatch raises DamageError.

    It begins empty. With ``from_snapshot``, the first rows are gone, and it begins with
    the first snapshot; until then ``exchange`` is None.
    """

    def __init__(self, skips: Skips, *, from_snapshot: bool, deep: bool) -> None:
        self.skips = skips
        self.exchange = None if from_snapshot else Exchange()
        self.commands = 0
        self.checkpoints = 0
        self.not_compared = 0  # checkpoints in another release's format
        self.snapshots = 0
        self._deep = deep
        # Positions of rows skipped whole (None) or applied without an event.
        self._passed: set[tuple[int, tuple[int, int, int] | None]] = set()
        self._first = 0  # the first applied position

    def apply(self, found: Found) -> Applied | None:
        """Apply a row if there is an exchange; return the result.

        The row's checkpoints hold the digest of the state just before it.
        """
        exchange, row = self.exchange, found.row
        if exchange is None:
            return None
        where = found.segment.path, found.offset, row.position
        try:
            batch = row.batch()
        except LogError as error:
            raise DamageError(*where, "commands", str(error)) from None
        checkpoints = [c for c in batch.commands if type(c) is Checkpoint]
        older = [c for c in checkpoints if c.format != FORMAT]
        checkpoints = [c for c in checkpoints if c.format == FORMAT]
        digest = b""
        if checkpoints:
            digest = exchange.digest()
            self.check(*where)
        self._first = self._first or row.position
        for left_out in self.skips.signed(row, exchange):
            self._passed.add((row.position, left_out))
        self._check_marker(found)
        applied = self.skips.apply(row, batch, exchange)
        if not applied.accepted:
            return applied
        self.commands += len(batch.commands)
        self.checkpoints += len(checkpoints)
        self.not_compared += len(older)
        for checkpoint in checkpoints:
            if checkpoint.digest != digest:
                expected = f"the digest {digest.hex()} of the replayed exchange"
                raise DamageError(*where, expected, checkpoint.digest.hex())
        return applied

    def _check_marker(self, found: Found) -> None:
        """Check that a SkipRow is an operator's, and that its target was skipped."""
        exchange, row = self.exchange, found.row
        marker = marker_in(row)
        if marker is None or exchange is None:
            return
        command = marker.command
        if (command.position, command.leaves_out) in self._passed:
            return
        fault = "that row was applied"
        if command.position < self._first:  # its target precedes the replay
            fault = self.skips.forged(command, exchange)
        if fault:
            expected = (
                f"that key {command.key_id!r} of an operator has row"
                f" {command.position} passed over"
            )
            reasons = "; ".join([fault, *self.skips.warnings])
            where = found.segment.path, found.offset, row.position
            raise DamageError(*where, expected, reasons)

    def compare(self, snapshot: Snapshot, path: Path) -> str:
        """Compare a snapshot at this position with the state, or begin with it.

        Return why it cannot be compared: another release may have written it.
        """
        where = path, 0, snapshot.position
        if self.exchange is None:
            try:
                self.exchange = Exchange.restore(snapshot.data)
            except ValueError as error:
                raise DamageError(*where, "an exchange", str(error)) from None
        digest = self.exchange.digest()
        if snapshot.digest != digest:
            try:
                Exchange.restore(snapshot.data)
            except ValueError as error:
                return str(error)
            expected = f"the digest {digest.hex()} of the replayed exchange"
            raise DamageError(*where, expected, snapshot.digest.hex())
        self.snapshots += 1
        return ""

    def check(self, path: Path, offset: int, position: int) -> None:
        """Check the exchange's invariants if the audit is deep."""
        if self._deep and self.exchange is not None:
            try:
                self.exchange.check()
            except AssertionError as error:
                expected = "an exchange whose invariants hold"
                raise DamageError(
                    path, offset, position, expected, repr(error)
                ) from None

    def digest(self) -> str:
        """Return the exchange's digest as hex, empty without an exchange."""
        return "" if self.exchange is None else self.exchange.digest().hex()
