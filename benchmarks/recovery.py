"""Recovery: replay a long log, rebuild a history, restart from a snapshot.

Every measurement runs in its own process; the log is built once. Times are CPU
seconds, except that "process start to ready" is wall-clock time.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.engines.carbonex import INSTRUMENT, NAMES, command, market
from benchmarks.flow import BATCH, MID, batches, mixed
from benchmarks.processes import cpu_ns, printed
from benchmarks.report import Figure, Ratio, Report
from benchmarks.serving import NOW_NS, configure, keep, serving, write_past
from carbonex.cli.flows.flow import long_day
from carbonex.engine import BUY, GTC, LIMIT, SELL, PlaceOrder


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Command

COMMANDS = 1_000_000  # about 140,000 orders stay open
ORDERS = 1_000_000
LEVELS = 600  # prices per side of the snapshot's orders, most of them near the best
ROUNDS = 3


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Replay a log and restart from a snapshot; ``quick``: a hundredth of both."""
    count, orders = (COMMANDS // 100, ORDERS // 100) if quick else (COMMANDS, ORDERS)
    report = Report(
        "recovery",
        f"a log of {count:,} commands (55 % add, 40 % cancel, 5 % cross, in rows of"
        f" {BATCH}) replayed from its beginning, and its history made anew; a restart from a snapshot with"
        f" {orders:,} open orders, each with a client order id, at {LEVELS} prices a"
        f" side; {ROUNDS} runs of each, seconds of the processor",
    )
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "log"
        write_log(directory, count)
        commands = _replay(directory, report)
        _history(directory, commands, report)
        directory = Path(name) / "snapshot"
        write_snapshot(directory, orders)
        _restart(directory, report)
    return report


def write_log(directory: Path, count: int) -> None:
    """Write the log of a venue that has run the mixed flow."""
    configure(directory)
    write_past(directory, rows((command(op) for op in mixed(count)), BATCH))


def write_snapshot(directory: Path, orders: int) -> None:
    """Write a venue with ``orders`` resting orders, and its snapshot."""
    configure(directory)
    exchange = write_past(directory, rows(_resting(orders), 500))
    open_orders = sum(len(account.orders) for account in exchange.accounts.values())
    assert open_orders == orders
    keep(directory, exchange)


def rows(commands: Iterator[Command], size: int) -> Iterator[list[Command]]:
    """Yield the market's setup, then the commands in rows of ``size``."""
    yield market(long_day(NOW_NS))
    yield from batches(commands, size)


def run(what: str, directory: Path) -> dict[str, float]:
    """Recover in a separate process; return seconds by step."""
    done = printed("benchmarks.replay", what, str(directory))
    return msgspec.json.decode(done.splitlines()[-1], type=dict[str, float])


def _replay(directory: Path, report: Report) -> float:
    """Report the replay rate and its parts; return the number of commands."""
    recoveries, parts, raw = (
        [run(what, directory) for _ in range(ROUNDS)]
        for what in ("recovery", "parts", "raw")
    )
    count = recoveries[0]["commands"]
    rates = [count / each["replay"] for each in recoveries]
    report.figures.append(Figure("replay", "commands per CPU second", rates))
    for part in parts[0]:
        micros = [each[part] / count * 1e6 for each in parts]
        report.figures.append(Figure(f"  of it: {part}", "µs a command", micros))
    report.figures.append(
        Figure("the digest at its end", "s", [each["digest"] for each in recoveries])
    )
    reading = Figure("", "s", [each["read and hash"] for each in parts])
    hashing = Figure(
        f"BLAKE2b over the log's {raw[0]['bytes'] / 1e6:,.0f} MB as one piece",
        "s",
        [each["raw"] for each in raw],
    )
    report.limits.append(hashing)
    report.ratios.append(
        Ratio.of("read and hash row by row / as one piece", reading, hashing)
    )
    return count


def _history(directory: Path, count: float, report: Report) -> None:
    made = [run("history", directory) for _ in range(ROUNDS)]
    rates = [count / each["follow"] for each in made]
    peaks = [each["peak"] / 1e6 for each in made]
    report.figures += [
        Figure("the history made anew", "commands per CPU second", rates),
        Figure("  memory of the follower, at most", "MB", peaks),
    ]


def _restart(directory: Path, report: Report) -> None:
    starts = [_start(directory) for _ in range(ROUNDS)]
    report.figures += [
        Figure("process start to ready", "s", [clock for clock, _ in starts]),
        Figure("  of the processor", "s", [cpu for _, cpu in starts]),
    ]


def _start(directory: Path) -> tuple[float, float]:
    """Start the server, wait until it takes commands, and kill it.

    Return the wall-clock seconds and the CPU seconds of the start.
    """
    started = time.perf_counter()
    with serving(directory) as served:
        seconds = time.perf_counter() - started
        return seconds, cpu_ns(served.process.pid) / 1e9


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
