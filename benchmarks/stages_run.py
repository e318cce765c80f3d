"""One process of the stages: ``python -m benchmarks.stages_run TURNS WARMUP``.

A turn is the server's work after every connection has sent its window. It uses the
server's own parts, without event loop, sockets and syncs. Every other turn is divided
into stages; the others are timed whole. Each turn's frames also go through the bare
echo. It prints a ``Run`` as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from websockets.server import ServerProtocol

from benchmarks.echo import Echo
from benchmarks.engines.carbonex import NAMES, market
from benchmarks.limits import CONNECTIONS, WINDOW
from benchmarks.load import SUCCESS, requests
from benchmarks.serving import NOW_NS, VENUE, Unsynced
from benchmarks.websocket import Frames, Greeting, Until
from carbonex.cli.flows.flow import long_day
from carbonex.engine import Exchange, HideOrderIds, Rejected
from carbonex.gateway.config import Limits
from carbonex.gateway.feed import Feed
from carbonex.gateway.server.connections.clients import Clients
from carbonex.gateway.server.connections.connection import Connection
from carbonex.gateway.server.connections.messages import Messages
from carbonex.gateway.server.connections.pages import Readiness
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.metrics import Metrics
from carbonex.gateway.venue import Venue
from carbonex.journal import SegmentLog
from carbonex.wire.reading import READERS


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Applied, Batch, Command
    from carbonex.gateway.historian import Question, Told


# In the order in which an order passes them.
STAGES: Final = {
    "read": "frames found and unmasked, their text",
    "decode": "JSON to a typed request",
    "intake": "session: checks, the command, the queue; reading and decoding apart",
    "batch": "the queue becomes a batch",
    "log": "SegmentLog.publish: encode, hash, write; no sync",
    "engine": "Exchange.apply",
    "feed": "told of the events; nobody subscribes",
    "answers": "events to JSON in the outbox; engine and feed apart",
    "flush": "one write for each connection",
    "forget": "batch and events are freed",
}
WHOLE: Final = "whole"  # an undivided turn
ECHO: Final = "echo"  # the same frames through the bare echo
ORDERS: Final = CONNECTIONS * WINDOW  # per turn
MOST_TURNS: Final = 20  # limit of ``do_turns``

_decode: Final = READERS["json"].read


class Run(msgspec.Struct):
    """CPU ns per order of every turn, by stage, and the answer counts of all turns."""

    costs: dict[str, list[float]]
    orders: int
    answers: int
    successes: int


class Sink(asyncio.Transport):
    """A transport without a socket that stores what is written."""

    def __init__(self, options: socket.socket) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "socket": options})
        self._written: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._written.append(data)

    def take(self) -> bytes:
        """Return the data written since the last call."""
        written, self._written = self._written, []
        return b"".join(written)

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False


class NoHistory:
    """A historian that no order may use."""

    def ask(self, _question: Question, _tell: Told, /) -> None:
        raise AssertionError("an order needs no history")


class Laps:
    """CPU ns of this thread between calls of ``next``."""

    def __init__(self) -> None:
        self._last = time.thread_time_ns()

    def next(self) -> int:
        last, self._last = self._last, time.thread_time_ns()
        return self._last - last


class Gateway:
    """Connections, venue, feed and log, wired as in the server.

    Nested work is timed on a twin with the same input and subtracted from the whole:
    reading and decoding from the intake, the engine and the feed from the answers.
    """

    def __init__(self, log: SegmentLog, options: socket.socket) -> None:
        limits = Limits(requests_per_second=10**8, burst=10**8)
        self._log = log
        self._clock = Clock()
        metrics = Metrics()
        self._venue = Venue(Exchange(), VENUE, 1, 1, limits.waiting, limits.batch)
        venue = self._venue
        self._engine_twin = Exchange()
        feed, self._feed_twin = Feed(venue), Feed(venue)
        venue.readers.append(feed)
        venue.watchers[Rejected] = metrics.rejected
        self._clients = Clients(
            limits, self._clock, metrics, lambda: Readiness(ready=True, text="")
        )
        self._clients.open(venue, feed, NoHistory(), lambda: None)
        self._commit([])  # an epoch's first batch holds GatewayOpened alone
        hidden = HideOrderIds("", bytes(range(32)))
        self._commit([hidden, *market(long_day(NOW_NS))])
        self.sinks = [Sink(options) for _ in range(CONNECTIONS)]
        self._connections = [self._connected(n) for n in range(CONNECTIONS)]
        self._messages_twins = [
            Messages(_opened(), limits.frame_bytes) for _ in range(CONNECTIONS)
        ]
        self._clients.flush()
        for sink in self.sinks:
            sink.take()  # the greeting

    @property
    def seq(self) -> int:
        """The number of commands in the log."""
        return self._venue.exchange.seq

    def turn(self, reads: list[bytes]) -> tuple[Batch, Applied]:
        """Run a turn without the twins."""
        self._receive(reads)
        batch, applied = self._turn()
        self._clients.resume()
        self._clients.flush()
        return batch, applied

    def whole(self, reads: list[bytes]) -> int:
        """Run a turn; return its CPU ns."""
        laps = Laps()
        batch, applied = self.turn(reads)
        taken = laps.next()
        self._engine_twin.apply(batch)
        self._tell_twin(applied)
        laps.next()
        del batch, applied
        return taken + laps.next()

    def staged(self, reads: list[bytes]) -> dict[str, int]:
        """Run a turn; return the CPU ns of each stage."""
        laps = Laps()
        ns: dict[str, int] = {}
        texts = self._unframed(reads)
        ns["read"] = laps.next()
        for text in texts:
            _decode(text)
        ns["decode"] = laps.next()
        self._receive(reads)
        ns["intake"] = laps.next() - ns["read"] - ns["decode"]
        batch = self._venue.take_batch(self._clock.now_ns())
        ns["batch"] = laps.next()
        assert batch is not None
        row = self._log.publish(batch)
        ns["log"] = laps.next()
        applied = self._venue.committed(batch, row.position, row.hash)
        told = laps.next()
        self._engine_twin.apply(batch)
        ns["engine"] = laps.next()
        self._tell_twin(applied)
        ns["feed"] = laps.next()
        ns["answers"] = told - ns["engine"] - ns["feed"]
        self._clients.resume()
        self._clients.flush()
        ns["flush"] = laps.next()
        del batch, applied
        ns["forget"] = laps.next()
        return ns

    def _connected(self, number: int) -> Connection:
        connection = Connection(self._clients, self.sinks[number], _opened())
        connection.session.log_in(self._venue.exchange.keys[NAMES[number]], "")
        return connection

    def _unframed(self, reads: list[bytes]) -> list[str | bytes]:
        texts = []
        for messages, data in zip(self._messages_twins, reads, strict=True):
            messages.feed(data)
            while (text := messages.next()) is not None:
                texts.append(text)
        return texts

    def _receive(self, reads: list[bytes]) -> None:
        for connection, data in zip(self._connections, reads, strict=True):
            connection.data_received(data)

    def _turn(self) -> tuple[Batch, Applied]:
        batch = self._venue.take_batch(self._clock.now_ns())
        assert batch is not None
        row = self._log.publish(batch)
        return batch, self._venue.committed(batch, row.position, row.hash)

    def _tell_twin(self, applied: Applied) -> None:
        published = self._feed_twin.published
        for seq, events in enumerate(applied.replies, applied.first_seq):
            published(seq, applied.time_ns, events)

    def _commit(self, commands: list[Command]) -> None:
        for command in commands:
            self._venue.submit(None, 0, command)
        while True:
            batch, applied = self._turn()
            self._engine_twin.apply(batch)
            self._tell_twin(applied)
            if self._venue.idle:
                return


class Echoes:
    """The connections of the bare echo."""

    def __init__(self, options: socket.socket) -> None:
        self._sinks = [Sink(options) for _ in range(CONNECTIONS)]
        self._echoes = [Echo() for _ in self._sinks]
        for echo, sink in zip(self._echoes, self._sinks, strict=True):
            echo.connection_made(sink)
            echo.data_received(Greeting(1, Until.OPEN).send())
            sink.take()

    def turn(self, reads: list[bytes]) -> int:
        """Echo a turn's frames; return the CPU ns."""
        laps = Laps()
        for echo, data in zip(self._echoes, reads, strict=True):
            echo.data_received(data)
        taken = laps.next()
        for sink in self._sinks:
            sink.take()
        return taken


def run(turns: int, warmup: int) -> Run:
    """Measure ``turns`` turns, half of them by stage, after ``warmup`` others."""
    with _wired() as (gateway, options):
        return _run(gateway, Echoes(options), turns, warmup)


def do_turns(turns: int) -> int:
    """Run up to MOST_TURNS turns; return the number of commands in the log.

    The input of all MOST_TURNS turns is built in any case, so that the setup's cost
    does not depend on ``turns``.
    """
    assert turns <= MOST_TURNS
    reads = list(_reads(MOST_TURNS))
    with _wired() as (gateway, _):
        gc.disable()
        for read in reads[:turns]:
            gateway.turn(read)
        gc.enable()
        return gateway.seq


@contextlib.contextmanager
def _wired() -> Iterator[tuple[Gateway, socket.socket]]:
    """Yield a server's parts with a temporary log, and a socket for its options."""
    with (
        tempfile.TemporaryDirectory(prefix="carbonex-bench-") as directory,
        SegmentLog(Path(directory) / "log", VENUE, Unsynced()) as log,
        socket.socket() as options,
    ):
        yield Gateway(log, options), options


def _reads(turns: int) -> Iterator[list[bytes]]:
    """Yield the data that every connection sends in each turn."""
    frames = [requests(number, turns * WINDOW) for number in range(CONNECTIONS)]
    for turn in range(turns):
        window = slice(turn * WINDOW, (turn + 1) * WINDOW)
        yield [b"".join(sent[window]) for sent in frames]


def _run(gateway: Gateway, echoes: Echoes, turns: int, warmup: int) -> Run:
    done = Run(defaultdict(list), 0, 0, 0)
    counts = [Frames() for _ in gateway.sinks]
    gc.collect()
    gc.disable()  # as the server does while it is busy
    for turn, reads in enumerate(_reads(warmup + turns)):
        ns = gateway.staged(reads) if turn % 2 else {WHOLE: gateway.whole(reads)}
        ns[ECHO] = echoes.turn(reads)
        if turn >= warmup:
            for stage, taken in ns.items():
                done.costs[stage].append(taken / ORDERS)
        done.orders += ORDERS
        for count, sink in zip(counts, gateway.sinks, strict=True):
            answers = sink.take()
            done.answers += count.count(answers)
            done.successes += answers.count(SUCCESS)
    gc.enable()
    assert done.answers == done.orders, (done.answers, done.orders)
    return done


def _opened() -> ServerProtocol:
    """Return the server's side of an open WebSocket."""
    websocket = ServerProtocol(max_size=2**20)
    websocket.receive_data(Greeting(1, Until.OPEN).send())
    request: Any
    [request] = websocket.events_received()
    websocket.send_response(websocket.accept(request))
    websocket.data_to_send()
    return websocket


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(run(int(sys.argv[1]), int(sys.argv[2])))
    )
