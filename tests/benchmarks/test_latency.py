"""The client that times every request, in its process, against small servers."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from websockets.sync.server import ServerConnection, serve

from benchmarks.latency import SECOND_NS, Timed, schedule
from benchmarks.load import Load
from benchmarks.servers import drive, drive_timed, echo


if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hoarder(count: int) -> Iterator[int]:
    """Serve one that answers nothing until it has ``count`` requests; yield its port."""

    def hoard(connection: ServerConnection) -> None:
        requests = [connection.recv() for _ in range(count)]
        for request in requests:
            connection.send(request)
        connection.recv()  # until the client hangs up

    with serve(hoard, "127.0.0.1", 0, close_timeout=1) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join()


def test_a_stall_counts_from_when_each_request_was_due() -> None:
    with hoarder(50) as port:
        timed = Timed(port, 1, 50, rate=1_000)
        latencies = drive_timed(timed).latencies()
    due = schedule(timed)
    for at, latency in zip(due, latencies, strict=True):
        assert latency >= due[-1] - at


@pytest.mark.parametrize("connections", [1, 3])
def test_every_request_is_timed_but_those_of_the_warm_up(connections: int) -> None:
    with echo() as server:
        timed = Timed(server.port, connections, 100, rate=5_000, warmup=10)
        times = drive_timed(timed)
    assert len(times.latencies()) == len(times.lates()) == 90
    assert min(times.latencies()) > min(times.lates()) >= 0
    assert times.seconds > 0


def test_one_at_a_time() -> None:
    with echo() as server:
        times = drive_timed(Timed(server.port, 1, 20, warmup=5))
    assert len(times.latencies()) == 15
    assert 0 < sum(times.latencies()) <= times.seconds * SECOND_NS


def test_the_closed_loop_gets_an_answer_to_everything() -> None:
    with echo() as server:
        assert drive(Load(server.port, 2, 8, 50)).answers == 100


def test_the_schedule_is_known_beforehand() -> None:
    even = schedule(Timed(0, 1, 1_000, rate=1_000, even=True))
    assert {later - at for at, later in pairwise(even)} == {SECOND_NS // 1_000}
    poisson = schedule(Timed(0, 1, 10_000, rate=1_000))
    assert poisson == schedule(Timed(0, 2, 10_000, rate=1_000))
    assert list(poisson) == sorted(poisson)
    assert poisson[-1] == pytest.approx(10 * SECOND_NS, rel=0.05)
