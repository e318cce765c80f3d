"""Skips a row that no build can apply, or the timed event that fails before it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from carbonex.engine import MAX_REASON, VENUE_KEY, Batch, SkipRow
from carbonex.wire.login import sign
from carbonex.wire.skips import is_reason, skip_text

from .history import HISTORY_NAME, HistoryError, HistoryReader
from .log import LogError, UnappliableRowError
from .recovery import recover
from .skips import Skips, may_skip, outcome


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.wire.keys import Key

    from .log import Row
    from .segments import SegmentLog
    from .snapshots import SnapshotStore


class Target(NamedTuple):
    """A row, named by position and hash, so that a mistyped number matches no row."""

    position: int
    hash: bytes


def skip_row(
    log: SegmentLog,
    snapshots: SnapshotStore,
    target: Target,
    key: Key,
    reason: str,
    time_ns: int,
) -> tuple[Row, SkipRow, str]:
    """Append a row that makes every reader skip the row ``target``, for good.

    The target is tried first: only a row that raises an error in the engine can be
    skipped. If a timed event raises the error, the row is applied without that event.
    The new row is signed with ``key``, which must be known to the log and have the
    permission operate; ``time_ns`` (since the Unix epoch) is the time of signing.
    Return the new row, which is durable, its command, and the engine's error.
    O(snapshot + rows up to the target).

    Raises:
        LogError: If the target is missing, has another hash, can be applied, or is
            skipped already; if it raises an error even without the event already left
            out; if the key lacks permission, or ``reason`` is invalid. Nothing was
            written.
        PoisonedError: If it is unknown whether the new row is durable.

    """
    if not is_reason(reason):
        raise LogError(
            f"a reason is one line of 1 to {MAX_REASON} printable characters, which"
            " stays in the log for ever"
        )
    row = _row_at(log, target)
    _check_what_is_kept(log, snapshots, row.position)
    before = recover(log, snapshots, row.position - 1).exchange
    _check_key(before, key, row)
    now_ns = before.time_ns  # no time passes at the new row
    failed = _failure_of(log, row, before)
    named = VENUE_KEY, *target, key.key_id, time_ns, reason
    command = SkipRow(*named, "", failed.happening)
    signature = sign(key.private_key, skip_text(log.venue, command))
    command = replace(command, signature=signature)
    last = next(log.tail(log.bounds()[1]))
    batch = Batch(now_ns, last.gateway, last.epoch, last.n + 1, [command])
    return log.publish(batch), command, repr(failed.error)


def _row_at(log: SegmentLog, target: Target) -> Row:
    position, row_hash = target
    first, last = log.bounds()
    if not first <= position <= last:
        raise LogError(f"the log has rows {first} to {last}, not {position}")
    row = next(log.tail(position))
    if row.hash != row_hash:
        raise LogError(
            f"row {position} has the hash {row.hash.hex()}, not {row_hash.hex()}"
        )
    return row


def _check_what_is_kept(
    log: SegmentLog, snapshots: SnapshotStore, position: int
) -> None:
    """Check that no snapshot or history includes the row at ``position``."""
    history = log.path.parent / HISTORY_NAME
    with suppress(HistoryError), HistoryReader(history) as reader:
        if reader.position >= position:
            raise LogError(
                f"{history} has row {position}, so that a build could apply it: use that"
                " release, or remove the history if it is not of this log"
            )
    later = [kept for kept in snapshots.positions() if kept >= position]
    if later:
        raise LogError(
            f"{snapshots.path(later[-1])} is of a state after row {position}, so that a"
            " build could apply it: use that release, or remove the snapshot if it is"
            " not of this log"
        )


def _check_key(before: Exchange, key: Key, row: Row) -> None:
    fault = may_skip(before, key.key_id)
    if not fault:
        public_key = key.private_key.public_key().public_bytes_raw()
        if before.keys[key.key_id].public_key != public_key:
            fault = f"the signature is not that of key {key.key_id!r}"
    if fault:
        raise LogError(f"row {row.position} cannot be passed over: {fault}")


def _failure_of(log: SegmentLog, row: Row, before: Exchange) -> UnappliableRowError:
    """Return the row's error in the engine. ``before`` must not be used afterwards."""
    skips = Skips.after(log, row.position)
    left_out = skips.signed(row, before)
    if None in left_out:
        raise LogError(skips.warnings[-1])
    try:
        skips.apply(row, row.batch(), before)
    except UnappliableRowError as failed:
        if failed.happening in left_out:
            raise LogError(
                f"row {row.position} is {outcome(failed.happening)} already, and cannot"
                f" be left out: {failed.error!r}"
            ) from None
        return failed
    if left_out:
        raise LogError(skips.warnings[-1])
    raise LogError(f"row {row.position} can be applied: there is nothing to pass over")
