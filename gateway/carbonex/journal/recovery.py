"""Rebuilds the exchange: loads the newest valid snapshot and replays the tail."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import Exchange

from .lineage import foreign, is_reached, last_of
from .log import LogError
from .skips import Skips
from .snapshots import SnapshotError


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonex.engine import Applied, Batch

    from .history import HistoryStore
    from .log import Row, Tail
    from .snapshots import SnapshotStore

    Progress = Callable[[int, Batch, Applied], None]
    Listener = Callable[[Row, Batch, Applied], None]


class Recovered(NamedTuple):
    """The exchange after ``position``, whose row has the hash ``chain``.

    ``snapshot`` is the position it was restored from, 0 for the beginning. ``warnings``
    report skipped rows and files; the exchange is complete.
    """

    exchange: Exchange
    position: int
    chain: bytes
    snapshot: int
    warnings: list[str]


def recover(
    log: Tail,
    snapshots: SnapshotStore,
    upto: int | None = None,
    progress: Progress | None = None,
    history: HistoryStore | None = None,
) -> Recovered:
    """Return the exchange after the row ``upto``, by default the newest row.

    ``progress(position, batch, applied)`` is called for each replayed row. ``history``
    is brought up to date, or rebuilt if it belongs to another log. No snapshot beyond
    its watermark is used, unless the log does not reach back that far: then the oldest
    snapshot is used, and a warning reports the rows missing from the history.

    O(snapshot + rows after it).

    Raises:
        LogError: If the log's beginning was truncated and no snapshot covers it, or a
            snapshot is newer than the log, which has then lost rows.
        DamageError: If a row is damaged.
        UnknownSemanticsError: If a row has semantics unknown to this build.
        UnappliableRowError: If a row raises an error in the engine.

    """
    _check_newest(log, snapshots)
    _, newest = log.bounds()
    last = newest if upto is None else min(upto, newest)
    warnings: list[str] = []
    watermark = last if history is None else _watermark(log, history, warnings)
    with no_collection():
        start, exchange = _start(log, snapshots, last, min(watermark, last), warnings)
        if history is not None and start > watermark:
            warnings.append(_gap(log, watermark, start))
            history.start_at(start, exchange, log.hash_at(start))
        listeners = _listeners(progress, history)
        end = _replay(log, exchange, start, last, listeners, warnings)
        if history is not None:
            history.flush()
    return Recovered(exchange, end, log.hash_at(end), start, warnings)


def earliest(log: Tail, snapshots: SnapshotStore) -> Recovered:
    """Return the exchange at the earliest recoverable position, for a full replay.

    It is empty, or, if old rows are gone, restored from the oldest valid snapshot from
    which on all rows exist. O(that snapshot).

    Raises:
        LogError: As ``recover``.

    """
    _check_newest(log, snapshots)
    warnings: list[str] = []
    start, exchange = _start(log, snapshots, log.bounds()[1], 0, warnings)
    return Recovered(exchange, start, log.hash_at(start), start, warnings)


@contextmanager
def no_collection() -> Iterator[None]:
    """Disable the garbage collector in the block.

    A replay creates objects that stay, and no cycles; scanning them again and again
    would add a third to its time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _watermark(log: Tail, history: HistoryStore, warnings: list[str]) -> int:
    """Return the history's last position; rebuild a history of another log."""
    reason = foreign(log, *history.watermark)
    if reason:
        history.start_over(reason)
    if history.recreated:
        warnings.append(f"the history was made anew: {history.recreated}")
    return history.position


def _gap(log: Tail, watermark: int, start: int) -> str:
    """Describe rows missing from the history, and whether its origin is certain."""
    text = (
        f"positions {watermark + 1} to {start} cannot be replayed any more: "
        "the history will not have them"
    )
    if watermark and not is_reached(log, watermark):
        text += (
            f", and whether it is of this log at all cannot be told: that has no"
            f" position {watermark} any more; if it may not be, stop the venue and"
            " remove the history"
        )
    return text


def _listeners(
    progress: Progress | None, history: HistoryStore | None
) -> list[Listener]:
    """Return the callbacks for each replayed row."""
    listeners: list[Listener] = []
    if progress is not None:
        listeners.append(lambda row, *what: progress(row.position, *what))
    if history is not None:
        put = history.put
        listeners.append(lambda row, _, applied: put(row.position, applied, row.hash))
    return listeners


def _check_newest(log: Tail, snapshots: SnapshotStore) -> None:
    """Check that no snapshot is newer than the log: they hold durable rows only."""
    newest = max(snapshots.positions(), default=0)
    last = last_of(log, newest)
    if newest > last:
        raise LogError(
            f"the log ends at position {last}, but {snapshots.path(newest)} was made "
            "at a later one: rows are lost; restore the directory from a copy"
        )


def _start(
    log: Tail,
    snapshots: SnapshotStore,
    last: int,
    limit: int,
    warnings: list[str],
) -> tuple[int, Exchange]:
    """Return the best position to replay from, and the exchange there."""
    first, _ = log.bounds()
    for position in _candidates(snapshots, first, last, limit):
        exchange = _restore(log, snapshots, position, warnings)
        if exchange is not None:
            return position, exchange
    raise LogError(
        f"the log begins at position {first}, and no snapshot from {first - 1} "
        f"to {max(first - 1, last)} can be used: "
        f"{'; '.join(warnings) or 'there is none'}; put the older rows' archive files "
        "or the snapshots back, or restore the directory from a copy"
    )


def _candidates(
    snapshots: SnapshotStore, first: int, last: int, limit: int
) -> Iterator[int]:
    """Yield possible start positions, best first; 0 is the log's beginning."""
    usable = [p for p in snapshots.positions() if first - 1 <= p <= last and p]
    yield from (p for p in reversed(usable) if p <= limit)
    if first == 1:
        yield 0
    yield from (p for p in usable if p > limit)


def _restore(
    log: Tail, snapshots: SnapshotStore, position: int, warnings: list[str]
) -> Exchange | None:
    if position == 0:
        return Exchange()
    try:
        snapshot = snapshots.load(position)
        if snapshot.chain == log.hash_at(position):
            return Exchange.restore(snapshot.data)
        reason = "it is of another log, whose chain has another hash there"
    except SnapshotError as error:
        reason = str(error)
    except ValueError as error:
        reason = f"it cannot be restored: {error}"
    warnings.append(f"snapshot {position} was passed over: {reason}")
    return None


def _replay(
    log: Tail,
    exchange: Exchange,
    position: int,
    last: int,
    listeners: list[Listener],
    warnings: list[str],
) -> int:
    """Apply the rows after ``position`` up to ``last``; return the last position."""
    for row, batch, applied in steps(log, exchange, position, last, warnings):
        position = row.position
        for listener in listeners:
            listener(row, batch, applied)
    return position


class Step(NamedTuple):
    """One row of the log and the engine's result."""

    row: Row
    batch: Batch
    applied: Applied


def steps(
    log: Tail,
    exchange: Exchange,
    after: int,
    last: int | None = None,
    warnings: list[str] | None = None,
) -> Iterator[Step]:
    """Apply the rows after position ``after``, up to ``last`` or the log's end.

    A row named by a valid SkipRow later in the log is skipped, or applied without one
    timed event; ``warnings`` reports it. A row skipped whole is not ``accepted`` in its
    ``Applied``.

    ``exchange`` must be in the state after ``after``; each step advances it by a row.
    O(rows).

    Raises:
        LogError: As ``tail``, or if a row holds data unknown to this build.
        DamageError: If a row is damaged.
        UnknownSemanticsError: If a row has semantics unknown to this build.
        UnappliableRowError: If a row raises an error in the engine; ``exchange`` must
            not be used any more.

    """
    skips = Skips.after(log, after)
    if warnings is not None:
        skips.warnings = warnings
    for row in log.tail(after + 1):
        if last is not None and row.position > last:
            return
        batch = row.batch()
        yield Step(row, batch, skips.apply(row, batch, exchange))
