"""Having a row passed over that no build can apply, or what is due before it."""

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
    """A row of the log, named twice, so that a mistyped number names none."""

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
    """Append the row that has the row ``target`` passed over, for good.

    It is tried first: only a row that raises an error in the engine is passed over.
    Where something raises it that time does by itself, the row is applied without
    that. It is signed with ``key``, which must be one that the log knows, with the
    permission operate; ``time_ns`` (since the epoch) is when. Return the new row,
    which is durable, its command, and what the engine said. O(snapshot + rows up to
    it).

    Raises:
        LogError: If the row is not there, is another, can be applied, or is passed
            over already; if it raises an error without what is left out, too; if the
            key may not do this, or ``reason`` is none. Nothing was written.
        PoisonedError: If the new row may be durable or not.

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
    now_ns = before.time_ns  # no time passes where the new row stands
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
    """Make sure that nothing is kept of what came after the row at ``position``."""
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
    """Return how the row fails. ``before`` is of no use any more."""
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
