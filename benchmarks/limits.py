"""The machine's limits: a log commit, a sync, a round trip, a bare echo.

Benchmark parts measure these limits in the same run as their claims and show both.
"""

from __future__ import annotations

import os
import socket
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from benchmarks.latency import Timed
from benchmarks.load import Load
from benchmarks.report import Figure
from benchmarks.servers import drive, drive_timed, echo
from carbonex.engine import BUY, GTC, LIMIT, Batch, PlaceOrder
from carbonex.journal import SegmentLog


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


T = TypeVar("T")

CONNECTIONS: Final = 8
WINDOW: Final = 64
COUNT: Final = 5_000  # timed operations of each kind
FRAMES: Final = 25_000  # per connection, for the echo's capacity
MESSAGE: Final = bytes(160)  # the length of an order
ORDER: Final = PlaceOrder(
    *("trader-0", "trader-0", "CEA25", BUY, 7463, 10, LIMIT, GTC),
    client_order_id="c0-0000000",
)


def measure(*, quick: bool = False, root: Path | None = None) -> list[Figure]:
    """Return the limits, one run each; ``root`` is the folder of the log."""
    count, frames = (500, 2_000) if quick else (COUNT, FRAMES)
    capacity = echo_capacity(frames)
    return [
        *_figures("log commit of one order (SegmentLog.publish)", commits(count, root)),
        *_figures("write and fdatasync in zero-filled space", syncs(count, root)),
        *_figures("loopback TCP round trip, uvloop", round_trips(count)),
        *_figures("bare WebSocket echo, round trip", echo_round_trips(count)),
        Figure(
            *("bare WebSocket echo", "requests/s", [capacity]),
            f"{CONNECTIONS} connections, {WINDOW} in flight on each",
        ),
    ]


def commits(count: int, root: Path | None = None) -> list[int]:
    """Return the nanoseconds of each commit of one order to a new log."""
    with (
        tempfile.TemporaryDirectory(dir=root) as name,
        SegmentLog(Path(name) / "log", "bench") as log,
    ):
        batches = [Batch(0, 1, 1, n, [ORDER]) for n in range(count)]
        return _each(batches, log.publish)


def syncs(count: int, root: Path | None = None) -> list[int]:
    """Return the nanoseconds of each write of 160 bytes and its fdatasync."""
    with tempfile.NamedTemporaryFile(dir=root) as file:
        file.write(bytes(count * len(MESSAGE)))
        file.flush()
        fd = file.fileno()
        os.fsync(fd)

        def write(offset: int) -> None:
            os.pwrite(fd, MESSAGE, offset)
            os.fdatasync(fd)

        return _each(range(0, count * len(MESSAGE), len(MESSAGE)), write)


def round_trips(count: int) -> list[int]:
    """Return the nanoseconds of each round trip to a bare TCP server on uvloop."""
    with echo("tcp") as server, _connected(server.port) as client:

        def there_and_back(message: bytes) -> None:
            client.sendall(message)
            back = 0
            while back < len(message):
                back += len(client.recv(len(message)))

        return _each([MESSAGE] * count, there_and_back)


def echo_round_trips(count: int) -> list[int]:
    """Return the nanoseconds of each request's round trip to the bare echo."""
    with echo() as server:
        timed = Timed(server.port, 1, count + count // 10, warmup=count // 10)
        return list(drive_timed(timed).latencies())


def echo_capacity(frames: int) -> float:
    """Return the bare echo's requests per second, ``frames`` per connection."""
    with echo() as server:
        return drive(Load(server.port, CONNECTIONS, WINDOW, frames)).rate


def percentile(values: Sequence[int], percent: int) -> float:
    """Return the percentile (1 to 99) of nanoseconds, in microseconds."""
    return statistics.quantiles(values, n=100)[percent - 1] / 1000


def _each(items: Sequence[T], act: Callable[[T], object]) -> list[int]:
    taken = []
    for item in items:
        started = time.perf_counter_ns()
        act(item)
        taken.append(time.perf_counter_ns() - started)
    return taken


def _figures(name: str, values: list[int]) -> list[Figure]:
    return [
        Figure(f"{name}, p{percent}", "µs", [percentile(values, percent)])
        for percent in (50, 99)
    ]


@contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield client
