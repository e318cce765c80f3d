"""Holds what clients were told against what the log says, from the log alone."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from carbonex.engine import Exchange, PlaceOrder
from carbonex.engine.snapshot.images import Image
from carbonex.journal import LogReader, SnapshotStore, verify

from .answered import check_answers
from .host import hash_of
from .record import Wrong, wrong
from .truth import Truth


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.journal import Row
    from journal.faulty_disk import SimulatedDisk

    from .host import Seen
    from .record import Record


SAMPLES: Final = 30  # refused commands of which the whole state is compared


class Verdict(NamedTuple):
    """What was checked, when nothing was wrong."""

    commands: int
    rows: int
    idle_rows: int
    executions: int
    books: int
    snapshots: int
    cancelled: dict[str, int]  # by reason
    digest: str


def check(
    record: Record, disk: SimulatedDisk, directory: Path, seen: list[Seen]
) -> Verdict:
    """Check a whole history.

    Raises:
        Wrong: At the first thing that is.

    """
    if record.found:
        raise record.found[0]
    rows = list(LogReader(directory, disk).tail(1))
    truth = Truth(_books(record))
    try:
        truth.read(rows)
    except Wrong:
        raise
    except AssertionError as error:
        raise wrong("the auditor agrees", repr(error)) from error
    _check_verified(disk, directory)
    _check_seen(truth, seen)
    _check_once(truth)
    _check_executions(record, truth)
    _check_market(record, truth)
    _check_fates(record, truth)
    check_answers(record, truth)
    snapshots = _check_restored(SnapshotStore(directory, disk), rows, truth)
    _check_refused(rows, truth)
    return Verdict(
        truth.exchange.seq,
        len(rows),
        truth.idle,
        len(truth.executions),
        len(record.books),
        snapshots,
        {reason.name: number for reason, number in truth.cancelled.items()},
        truth.exchange.digest().hex(),
    )


def _books(record: Record) -> dict[tuple[str, int], list[Any]]:
    wanted: dict[tuple[str, int], list[Any]] = {}
    for level in record.books:
        wanted.setdefault((level.instrument, level.seq), []).append(level)
    return wanted


def _check_verified(disk: SimulatedDisk, directory: Path) -> None:
    """The journal's own verification, with every invariant and digest."""
    report = verify(directory, disk, deep=True)
    if not report.ok:
        raise wrong("the log verifies", report.fault)


def _check_seen(truth: Truth, seen: list[Seen]) -> None:
    """What live servers published is what a replay publishes, seq by seq."""
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
    """A client order id makes one order in a trading day and the next."""
    for (account, name), days in truth.accepted.items():
        for day, later in itertools.pairwise(days):
            if later - day < 2:
                raise wrong("an id is used once", f"{account} {name}: on days {days}")


def _check_executions(record: Record, truth: Truth) -> None:
    for item in record.executions:
        real = truth.executions.get((item.account, item.exec_seq))
        if real is None:
            raise wrong("executions told are in the log", item)
        size = item.last_quantity or item.cancelled
        told = (
            item.event,
            int(item.order_id or 0),
            int(item.last_price.replace(".", "") or 0),
            size,
            item.filled,
            item.remaining,
            int(item.trade_id or 0),
            item.seq,
        )
        if told != real:
            raise wrong("executions told are in the log", f"{item} is {real}")
    for account, first, numbers in record.streams:
        if numbers != list(range(first, first + len(numbers))):
            raise wrong(
                "executions without a gap", f"{account} from {first}: {numbers}"
            )


def _check_market(record: Record, truth: Truth) -> None:
    for item in record.prints:
        real = truth.prints.get((item.instrument, int(item.trade_id)))
        told = int(item.price.replace(".", "")), item.quantity, item.seq
        if real != told:
            raise wrong("prints told are in the log", f"{item} is {real}")
    truth.compare_books()
    if truth.wanted:
        raise wrong(
            "books told are the replay's", f"no such seq: {next(iter(truth.wanted))}"
        )
    for beat in record.heartbeats:
        if truth.rows.get(beat.position) != (beat.hash, beat.seq):
            raise wrong(
                "heartbeats witness the log",
                f"{beat} but the log has {truth.rows.get(beat.position)}",
            )
    known = {name: set(purses) for name, purses in truth.purses.items()}
    for balances in record.balances:
        holdings = tuple(
            (h.instrument, h.quantity, h.locked) for h in balances.holdings
        )
        if (balances.cash, balances.locked, holdings) not in known[balances.account]:
            raise wrong("balances told are the replay's", balances)


def _check_fates(record: Record, truth: Truth) -> None:
    """An unknown fate that was resolved is what the log says.

    An order of an earlier day than the last may have been forgotten.
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
    """From each snapshot on, the same events and in the end the same digest."""
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
    """A refused command changes nothing but the counters of the log itself."""
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
