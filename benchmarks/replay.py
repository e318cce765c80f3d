"""One recovery in a separate process: ``python -m benchmarks.replay WHAT DIR``.

Its last line is a JSON object of seconds by step. They are CPU seconds, because other
processes may be busy on the machine. The recovery is one thread.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.processes import most_resident
from benchmarks.serving import VENUE
from carbonex.engine import Exchange
from carbonex.gateway.config import Config
from carbonex.gateway.feed import Feed
from carbonex.gateway.server.readers.follower import Follower
from carbonex.gateway.server.starting.opening import open_venue, take_snapshot
from carbonex.gateway.venue import Venue
from carbonex.journal import HISTORY_NAME, LogReader, SnapshotStore
from carbonex.journal.history.schema import remove


if TYPE_CHECKING:
    from collections.abc import Callable

clock = time.process_time


def recovery(directory: Path) -> dict[str, float]:
    """Recover as a server does, from the beginning or the newest snapshot."""
    log, snapshots = LogReader(directory), SnapshotStore(directory)
    started = clock()
    opened = open_venue(log, snapshots, Config(venue=VENUE))
    recovered = clock()
    opened.venue.exchange.digest()
    digest = clock() - recovered
    return {
        "replay": recovered - started - digest,
        "digest": digest,
        "commands": opened.venue.exchange.seq,
    }


def parts(directory: Path) -> dict[str, float]:
    """Recover, reading the clock between the parts of each row."""
    gc.disable()
    log = LogReader(directory)
    exchange = Exchange()
    venue = Venue(exchange, VENUE, 1, 1, 1, 1)
    replay = Feed(venue).replay(log.bounds()[1])
    reading = decoding = applying = telling = 0.0
    rows = log.tail(1)
    then = clock()
    for row in rows:
        read = clock()
        batch = row.batch()
        decoded = clock()
        applied = venue.replayed(batch, row.position, row.hash)
        done = clock()
        replay.read(applied)
        told = clock()
        reading += read - then
        decoding += decoded - read
        applying += done - decoded
        telling += told - done
        then = told
    replay.finish()
    telling += clock() - then
    return {
        "read and hash": reading,
        "decode": decoding,
        "engine": applying,
        "feed": telling,
    }


def raw(directory: Path) -> dict[str, float]:
    """Read and hash the same bytes in one piece per file."""
    started = clock()
    size = 0
    for path in sorted((directory / "log").glob("*.log")):
        data = path.read_bytes()
        size += len(data)
        blake2b(data, digest_size=32).digest()
    return {"raw": clock() - started, "bytes": size}


def snapshot(directory: Path) -> dict[str, float]:
    """Load and restore the newest snapshot, then take and save it again."""
    gc.disable()
    snapshots = SnapshotStore(directory)
    started = clock()
    loaded = snapshots.load(max(snapshots.positions()))
    read = clock()
    exchange = Exchange.restore(loaded.data)
    restored = clock()
    exchange.snapshot()
    taken = clock()
    venue = Venue(exchange, VENUE, 1, 2, 1, 1)
    venue.position, venue.chain = loaded.position, loaded.chain
    began = clock()
    take_snapshot(venue, snapshots)
    return {
        "load": read - started,
        "restore": restored - read,
        "take": taken - restored,
        "take and keep, with digest": clock() - began,
        "bytes": len(loaded.data),
    }


def history(directory: Path) -> dict[str, float]:
    """Follow the log from its beginning, like a follower without a history."""
    remove(directory / HISTORY_NAME)
    started = clock()
    follower = Follower(directory)
    followed = clock() - started
    follower.close()
    return {"follow": followed, "peak": most_resident(os.getpid())}


RUNS: dict[str, Callable[[Path], dict[str, float]]] = {
    "recovery": recovery,
    "parts": parts,
    "raw": raw,
    "snapshot": snapshot,
    "history": history,
}

if __name__ == "__main__":
    figures = RUNS[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.buffer.write(msgspec.json.encode(figures))
