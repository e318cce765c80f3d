"""Having a row passed over that no build can apply: the way past it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import VENUE_KEY, Batch, SkipRow
from carbonex.wire.login import sign
from carbonex.wire.skips import MAX_REASON, is_reason, skip_text

from .history import HISTORY_NAME, HistoryError, HistoryReader
from .log import LogError, UnappliableRowError
from .recovery import recover
from .skips import Skips, may_skip


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
) -> tuple[Row, str]:
    """Append the row that has the row ``target`` passed over, for good.

    It is tried first: only a row that raises an error in the engine is passed over.
    It is signed with ``key``, which must be one that the log knows, with the
    permission operate; ``time_ns`` (since the epoch) is when. Return the new row,
    which is durable, and what the engine said. O(snapshot + rows up to it).

    Raises:
        LogError: If the row is not there, is another, can be applied, or is passed
            over already; if the key may not do this, or ``reason`` is none. Nothing
            was written.
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
    text = skip_text(log.venue, *target, time_ns, key.key_id, reason)
    command = SkipRow(
        VENUE_KEY, *target, key.key_id, time_ns, reason, sign(key.private_key, text)
    )
    _check_key(log, command, before)
    now_ns = before.time_ns  # no time passes where the new row stands
    error = _error_of(log, row, before)
    last = next(log.tail(log.bounds()[1]))
    batch = Batch(now_ns, last.gateway, last.epoch, last.n + 1, [command])
    return log.publish(batch), repr(error)


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


def _check_key(log: SegmentLog, command: SkipRow, before: Exchange) -> None:
    skips = Skips(log.venue)
    fault = may_skip(before, command.key_id) or skips.forged(command, before)
    if fault:
        raise LogError(f"row {command.position} cannot be passed over: {fault}")


def _error_of(log: SegmentLog, row: Row, before: Exchange) -> Exception:
    """Return what the engine says to the row. ``before`` is of no use any more."""
    skips = Skips.after(log, row.position)
    if skips.signed(row, before) is not None:
        raise LogError(skips.warnings[-1])
    try:
        skips.apply(row, row.batch(), before)
    except UnappliableRowError as error:
        return error.error
    raise LogError(f"row {row.position} can be applied: there is nothing to pass over")
