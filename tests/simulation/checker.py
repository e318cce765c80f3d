"""Compare what clients received with the log, and nothing but the log."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from carbonex.engine import Exchange, PlaceOrder
from carbonex.engine.snapshot.images import Image
from carbonex.journal import (
    HISTORY_NAME,
    HistoryReader,
    LogError,
    LogReader,
    SnapshotStore,
    verify,
)

from .answered import check_answers
from .host import encode, hash_of
from .past_days import check_past_days
from .questions import Questions
from .record import Wrong, wrong
from .truth import Truth


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.journal import Row
    from carbonex.wire import channels
    from journal.faulty_disk import SimulatedDisk

    from .host import Seen
    from .past import Noted
    from .record import Record, Shown


SAMPLES: Final = 30  # refused commands whose effect on the whole state is compared


class Verdict(NamedTuple):
    """The counts of a check without findings."""

    commands: int
    rows: int
    idle_rows: int
    executions: int
    shown: int  # books, tickers and balances
    snapshots: int
    cancelled: dict[str, int]  # by reason
    digest: str


def check(
    record: Record,
    disk: SimulatedDisk,
    directory: Path,
    seen: list[Seen],
    noted: list[Noted],
) -> Verdict:
    """Check a whole history.

    Raises:
        Wrong: At the first finding.

    """
    if record.found:
        raise record.found[0]
    rows = _rows(disk, directory)
    truth = Truth(_seen_at(record))
    truth.opened = dict.fromkeys(
        (greeting.account, greeting.exec_seq) for greeting in record.greetings
    )
    truth.questions = Questions.of(record)
    for one in noted:
        truth.noted.setdefault(one.position, []).append(one)
    try:
        truth.read(rows)
    except Wrong:
        raise
    except AssertionError as error:
        raise wrong("the model agrees", repr(error)) from error
    _check_verified(disk, directory)
    _check_past(directory, truth)
    _check_seen(truth, seen)
    _check_once(truth)
    _check_executions(record, truth)
    _check_past_trades(record, truth)
    _check_held(record, truth)
    _check_open_orders(record, truth)
    _check_states(record, truth)
    _check_news(record, truth)
    check_past_days(record, truth)
    _check_log(record, truth)
    _check_fates(record, truth)
    check_answers(record, truth)
    record.coverage.counts.update(truth.features())
    snapshots = _check_restored(SnapshotStore(directory, disk), rows, truth)
    _check_refused(rows, truth)
    return Verdict(
        truth.exchange.seq,
        len(rows),
        truth.idle,
        len(truth.executions()),
        len(record.shown),
        snapshots,
        {reason.name: number for reason, number in truth.cancelled.items()},
        truth.exchange.digest().hex(),
    )


def _rows(disk: SimulatedDisk, directory: Path) -> list[Row]:
    """Return all rows of the log and its archive."""
    try:
        return list(LogReader(directory, disk).tail(1))
    except LogError as error:
        raise wrong("the log is whole", error) from error


def _seen_at(record: Record) -> dict[int, list[Shown]]:
    """Return what clients saw, by seq, without repetitions."""
    seen: dict[int, list[Shown]] = {}
    for shown in record.shown:
        others = seen.setdefault(shown.seq, [])
        if shown not in others:
            others.append(shown)
    return seen


def _check_verified(disk: SimulatedDisk, directory: Path) -> None:
    """Run the journal's own verification, with all invariants and digests."""
    report = verify(directory, disk, deep=True)
    if not report.ok:
        raise wrong("the log verifies", report.fault)


def _check_past(directory: Path, truth: Truth) -> None:
    """Check that the history has reached the log's end and holds its events."""
    if any(truth.noted.get(position) for position in truth.rows):
        raise wrong("the history is the log's", f"noted at {[*truth.noted]}")
    with HistoryReader(directory / HISTORY_NAME) as history:
        if history.position != max(truth.rows):
            ends = f"{history.position}, not {max(truth.rows)}"
            raise wrong("the history catches up", ends)
        truth.past.compare(history, [*truth.executions().values()])


def _check_seen(truth: Truth, seen: list[Seen]) -> None:
    """Check that live servers published the same events as a replay, by seq."""
    lives: dict[tuple[int, int], list[bytes]] = {}
    for life, seq, events in seen:
        lives.setdefault((life, seq), []).append(events)
    for (life, seq), hashes in lives.items():
        if truth.hashes.get(seq) != hashes:
            raise wrong(
                "live events are the replay's",
                f"life {life} published another command {seq} than the log holds",
            )


def _check_once(truth: Truth) -> None:
    """Check that a client order id makes one order within two trading days."""
    for (account, name), days in truth.accepted.items():
        for day, later in itertools.pairwise(days):
            if later - day < 2:
                raise wrong("an id is used once", f"{account} {name}: on days {days}")


def _check_executions(record: Record, truth: Truth) -> None:
    """Check that executions equal the log's, without gaps and repetitions."""
    real = truth.executions()
    for item in record.executions:
        found = real.get((item.account, item.exec_seq))
        if found != item:
            raise wrong("executions told are in the log", f"{item} is {found}")
    for account, first, numbers in record.streams:
        if numbers != list(range(first, first + len(numbers))):
            raise wrong(
                "executions without a gap", f"{account} from {first}: {numbers}"
            )


def _check_past_trades(record: Record, truth: Truth) -> None:
    """Check that the history's trades are the log's, without omissions."""
    real = truth.executions()
    for account, since, told in record.past_trades:
        last = told[-1].exec_seq if told else since
        expected = [
            (n, item.trade_id, item.last_price, item.last_quantity, item.fee or "0.00")
            for n in range(since, last + 1)
            if (item := real.get((account, n))) is not None and item.event == "trade"
        ]
        found = [
            (t.exec_seq, t.trade_id, str(t.price), t.quantity, str(t.fee)) for t in told
        ]
        if found != expected:
            raise wrong("trades told are the log's", f"{account}: {found}, {expected}")


def _check_held(record: Record, truth: Truth) -> None:
    """Check that the SDK's orders match the newest execution that it knew."""
    told: dict[str, list[channels.Execution]] = {}
    for item in truth.executions().values():
        told.setdefault(item.order_id, []).append(item)
    for held in record.held:
        known = [i for i in told.get(held.order_id, ()) if i.exec_seq <= held.exec_seq]
        newest = max(known, key=lambda item: item.exec_seq, default=None)
        if newest is None or held[3:] != (
            newest.price,
            newest.quantity,
            newest.filled,
            newest.status,
        ):
            raise wrong("orders held are the replay's", f"{held}, not {newest}")


def _check_open_orders(record: Record, truth: Truth) -> None:
    """Check the open orders in the snapshots of the executions channel."""
    for greeting in record.greetings:
        told = [(o.order_id, o.price, o.quantity, o.filled) for o in greeting.orders]
        real = truth.opened[greeting.account, greeting.exec_seq]
        if told != (real or []):
            raise wrong("open orders told are the replay's", f"{greeting} not {real}")


def _check_states(record: Record, truth: Truth) -> None:
    """Check that every seq seen was in the log; balances carry no seq."""
    if truth.wanted:
        raise wrong("seqs told are in the log", next(iter(truth.wanted.items())))
    for balances in record.balances:
        if encode(balances) not in truth.purses:
            raise wrong("balances told is the replay's", balances)


def _check_news(record: Record, truth: Truth) -> None:
    """Check that news are in the log, and that each run has no gaps."""
    for channel, subject, told in record.runs:
        real = truth.news.get((channel, subject), [])
        if not _is_run(told, real):
            false = [item for item in told if item not in real]
            if false:
                raise wrong(f"{channel} told is in the log", false[0])
            raise wrong(f"{channel} without a gap", f"{subject}: {told}")


def _is_run(told: list[Any], real: list[Any]) -> bool:
    return any(
        item == told[0] and real[i : i + len(told)] == told
        for i, item in enumerate(real)
    )


def _check_log(record: Record, truth: Truth) -> None:
    """Check the venue's statements about its log: position, hash, seq and epoch."""
    said: list[Any] = [*record.heartbeats, *record.statuses]
    for item in said:
        row = truth.rows.get(item.position)
        if row != (item.hash, item.seq):
            raise wrong("the log is what it is said to be", f"{item} but {row}")
    for status in record.statuses:
        opened = truth.epochs.get(status.epoch)
        if opened != status.opened:
            raise wrong("epochs told are the log's", f"{status} but {opened}")


def _check_fates(record: Record, truth: Truth) -> None:
    """Check that resolved fates agree with the log.

    The venue may have forgotten an order that is older than the previous day.
    """
    placed = {
        (command.account, command.client_order_id)
        for sent in record.sent
        for command in sent.commands
        if isinstance(command, PlaceOrder)
    }
    for fated in record.fates:
        name = fated.account, fated.client_order_id
        days = truth.accepted.get(name, [])
        forgotten = bool(days) and fated.day - days[-1] >= 2
        if name in placed and not forgotten and fated.found != bool(days):
            raise wrong("fates are resolved", fated)


def _check_restored(store: SnapshotStore, rows: list[Row], truth: Truth) -> int:
    """Check that each snapshot leads to the same events and the same digest."""
    digest = truth.exchange.digest()
    for position in store.positions():
        snapshot = store.load(position)
        exchange = Exchange.restore(snapshot.data)
        if rows[position - 1].hash != snapshot.chain:
            raise wrong("snapshots are of this log", position)
        for row in rows[position:]:
            _replay(exchange, row, truth)
        if exchange.digest() != digest:
            raise wrong("restored is replayed", f"from snapshot {position}")
    return len(store.positions())


def _replay(exchange: Exchange, row: Row, truth: Truth) -> None:
    applied = exchange.apply(row.batch())
    if not applied.accepted:
        return
    for i, events in enumerate(applied.replies):
        seq = applied.first_seq + i
        if truth.hashes[seq][-1] != hash_of(events):
            raise wrong("restored is replayed", f"command {seq} has other events")


def _check_refused(rows: list[Row], truth: Truth) -> None:
    """Check that a refused command changes only the log's own counters."""
    step = max(1, len(truth.refused) // SAMPLES)
    chosen = set(truth.refused[::step])
    exchange = Exchange()
    for row in rows:
        before = exchange.snapshot() if row.position in chosen else b""
        _replay(exchange, row, truth)
        if before and _state(before) != _state(exchange.snapshot()):
            raise wrong("refused is without effect", f"row {row.position}")
    if exchange.digest() != truth.exchange.digest():
        raise wrong("restored is replayed", "a second replay")


def _state(snapshot: bytes) -> list[Any]:
    """Return a snapshot without seq, time and the gateways' counters."""
    image: list[Any] = msgspec.msgpack.decode(snapshot)
    for name in ("seq", "time_ns", "gateways"):
        image[Image.__struct_fields__.index(name)] = None
    return image
