"""Recovery: a long log replayed, and a restart from a snapshot of many orders.

Every measurement is taken in a process of its own, the log built once. The log
is built without syncs, which recovery does not see. Seconds are the processor's;
only from the start of a process until it is ready they are the clock's.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.engine import INSTRUMENT, NAMES, command, market
from benchmarks.flow import BATCH, MID, mixed
from benchmarks.replay import VENUE
from carbonex.engine import (
    BUY,
    GTC,
    LIMIT,
    SELL,
    Batch,
    Exchange,
    GatewayOpened,
    PlaceOrder,
)
from carbonex.gateway.config import default_config_text
from carbonex.journal import OsDisk, SegmentLog, Snapshot, SnapshotStore


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonex.engine import Command

COMMANDS = 1_000_000  # leaves some 140,000 orders resting
ORDERS = 1_000_000
LEVELS = 600  # prices a side that the orders of the snapshot lie at, most near the best
ROUNDS = 3
NOW_NS = time.time_ns()


class Unsynced(OsDisk):
    """A disk that is not waited for."""

    def sync(self, fd: int) -> None:
        pass


def main(count: int = COMMANDS, orders: int = ORDERS) -> None:
    """Measure and print, with the workload."""
    with tempfile.TemporaryDirectory() as name:
        print(
            f"replay: {count:,} commands, 55 % add, 40 % cancel, 5 % cross, in rows of"
            f" {BATCH}, from the log's beginning, {ROUNDS} runs of each"
        )
        directory = Path(name) / "log"
        commands = (command(op) for op in mixed(count))
        _write(directory, _rows(commands, BATCH))
        _replay(directory)
        print(
            f"restart: from a snapshot with {orders:,} open orders, each with a client"
            f" order id, at {LEVELS} prices a side, {ROUNDS} runs"
        )
        directory = Path(name) / "snapshot"
        exchange = _write(directory, _rows(_resting(orders), 500))
        open_orders = sum(len(account.orders) for account in exchange.accounts.values())
        assert open_orders == orders
        _keep(directory, exchange)
        _restart(directory)


def _replay(directory: Path) -> None:
    recoveries = [_run("recovery", directory) for _ in range(ROUNDS)]
    parts = [_run("parts", directory) for _ in range(ROUNDS)]
    raw = [_run("raw", directory) for _ in range(ROUNDS)]
    count = recoveries[0]["commands"]
    rates = sorted(count / run["replay"] for run in recoveries)
    print(
        f"  {rates[-1]:,.0f} commands per CPU second ({rates[0]:,.0f} at worst);"
        " by another run that looks at the clock between the parts:"
    )
    best = {name: min(run[name] for run in parts) for name in parts[0]}
    total = sum(best.values())
    for name, seconds in best.items():
        share = seconds / total
        print(f"    {name:<14}{seconds / count * 1e6:>6.2f} µs a command {share:>6.0%}")
    digest = min(run["digest"] for run in recoveries)
    print(f"  the digest that a start states, after it: {digest:.2f} s")
    reading = best["read and hash"] / min(run["raw"] for run in raw)
    megabytes = raw[0]["bytes"] / 1e6
    print(
        f"  reading and hashing {megabytes:,.0f} MB row by row: {reading:.1f} times"
        " BLAKE2b over the same bytes as one piece"
    )


def _restart(directory: Path) -> None:
    ready = sorted(_start(directory) for _ in range(ROUNDS))
    runs = [_run("snapshot", directory) for _ in range(ROUNDS)]
    best = {name: min(run[name] for run in runs) for name in runs[0]}
    size = best.pop("bytes")
    (seconds, cpu), (worst, _) = ready[0], ready[-1]
    print(
        f"  process start to ready {seconds:.1f} s, of the processor {cpu:.1f} s"
        f" (at worst {worst:.1f} s)"
    )
    for name, seconds in best.items():
        print(f"    {name:<27}{seconds:>5.2f} s")
    print(f"    its size {size / 1e6:,.0f} MB\n")


def _start(directory: Path) -> tuple[float, float]:
    """Start the server, wait until commands are taken, and kill it.

    Return the seconds that this took, and those of the processor.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "carbonex.cli", "serve", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - started
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii")
        process.kill()
    assert re.search(r"is open at ws://", line), line
    user, system = stat.rpartition(")")[2].split()[11:13]
    return seconds, (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _run(what: str, directory: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.replay", what, str(directory)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, float])


def _write(directory: Path, rows: Iterable[list[Command]]) -> Exchange:
    """Write the log of a venue; return what the rows make of it."""
    directory.mkdir()
    text = default_config_text(VENUE).replace("port = 8080", "port = 0")
    text = text.replace('mode = "calendar"', 'mode = "manual"')
    (directory / "venue.toml").write_text(text, encoding="utf-8")
    exchange = Exchange()
    with SegmentLog(directory, VENUE, Unsynced()) as log:
        for n, commands in enumerate(rows):
            batch = Batch(NOW_NS, 1, 1, n, commands)
            log.publish(batch)
            exchange.apply(batch)
    return exchange


def _rows(commands: Iterator[Command], size: int) -> Iterator[list[Command]]:
    yield [GatewayOpened("")]
    yield market()
    while chunk := list(itertools.islice(commands, size)):
        yield chunk


def _resting(count: int) -> Iterator[Command]:
    draw = random.Random(7)
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        buys = number % len(NAMES) < len(NAMES) // 2
        away = int(draw.expovariate(0.01)) % LEVELS
        side, price = (BUY, MID - away) if buys else (SELL, MID + 1 + away)
        yield PlaceOrder(
            *(name, name, INSTRUMENT, side, price, 1, LIMIT, GTC),
            client_order_id=f"order-{number:08d}",
        )


def _keep(directory: Path, exchange: Exchange) -> None:
    with SegmentLog(directory, VENUE, Unsynced()) as log:
        position = log.bounds()[1]
        chain = log.hash_at(position)
    SnapshotStore(directory).save(Snapshot.of(exchange, position, chain))
