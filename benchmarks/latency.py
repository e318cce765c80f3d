"""A load client in a separate process that times every request.

It reads a ``Timed`` as JSON from standard input and prints ``Times`` as MessagePack.
With a rate it is an open loop: each request's due time is fixed before the clock
starts, and its latency counts from that time, even if a stalled server or this
client delays the sending. The measurement thus avoids coordinated omission. Without a
rate it sends one request at a time.

Raw nanoseconds go into arrays; the caller makes histograms.
"""

from __future__ import annotations

import gc
import random
import select
import socket
import sys
import time
from array import array
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.load import greeting, requests
from benchmarks.websocket import Frames


if TYPE_CHECKING:
    from collections.abc import Sequence


SECOND_NS = 1_000_000_000
SILENCE_SECONDS = 30  # time limit for an answer: beyond it the server hangs
RECEIVE_BYTES = 256 * 1024
REQ_ID = b'"req_id":'


class Timed(msgspec.Struct):
    """``count`` requests over all connections at ``rate`` per second; 0: one at a time.

    ``even`` spaces the requests evenly; otherwise they form a Poisson process. The
    first ``warmup`` are not reported. Without ``keys`` no connection logs in.
    """

    port: int
    connections: int
    count: int
    rate: float = 0
    warmup: int = 0
    even: bool = False
    keys: list[str] = []


class Times(msgspec.Struct):
    """``seconds`` from the first reported request's due time to the last answer.

    ``latency`` and ``late`` are arrays of signed 64-bit nanoseconds. ``late`` is the
    delay from a request's due time to its sending.
    """

    seconds: float
    latency: bytes
    late: bytes

    def latencies(self) -> array[int]:
        """Return every request's latency in nanoseconds, in order of due times."""
        return array("q", self.latency)

    def lates(self) -> array[int]:
        """Return by how many nanoseconds each request was sent late."""
        return array("q", self.late)


class Connection:
    """One connection; a request's number is its index in the connection's list."""

    def __init__(self, timed: Timed, number: int) -> None:
        self.requests = requests(number, -(-timed.count // timed.connections))
        self._frames = Frames()
        self._unsent = b""
        self.socket = socket.create_connection(("127.0.0.1", timed.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opening = greeting(timed.port, timed.keys, number)
        while not opening.ready:
            self.socket.sendall(opening.send())
            opening.receive(self._read())

    @property
    def is_full(self) -> bool:
        """Whether the socket did not accept all data to send."""
        return bool(self._unsent)

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, data: bytes = b"") -> None:
        """Send ``data`` after any unsent data, as far as the socket accepts it."""
        data = self._unsent + data
        try:
            self._unsent = data[self.socket.send(data) :]
        except BlockingIOError:
            self._unsent = data

    def receive(self) -> list[int]:
        """Return the numbers of the requests whose answers arrived."""
        frames = self._frames.split(self._read())
        return [_number(frame) for frame in frames]

    def _read(self) -> bytes:
        data = self.socket.recv(RECEIVE_BYTES)
        if not data:
            raise ConnectionError("the server hung up")
        return data


def one_at_a_time(timed: Timed) -> Times:
    """Send each request after the answer to the one before."""
    connection = Connection(timed, 0)
    gc.disable()  # no collection may fall into the measurement
    latency = array("q")
    started = time.perf_counter_ns()
    for number, request in enumerate(connection.requests):
        if number == timed.warmup:
            started = time.perf_counter_ns()
        sent = time.perf_counter_ns()
        connection.socket.sendall(request)
        while not connection.receive():
            pass
        latency.append(time.perf_counter_ns() - sent)
    seconds = (time.perf_counter_ns() - started) / SECOND_NS
    late = array("q", bytes(8 * len(latency)))
    return _times(seconds, latency, late, timed.warmup)


def open_loop(timed: Timed) -> Times:
    """Send each request at its due time, regardless of earlier answers."""
    connections = [Connection(timed, n) for n in range(timed.connections)]
    for connection in connections:
        connection.socket.setblocking(False)  # noqa: FBT003 - its only argument
    due = schedule(timed)
    latency, late = array("q", due), array("q", due)
    # the default slack is 50 µs
    Path("/proc/self/timerslack_ns").write_text("1", encoding="ascii")
    gc.disable()
    started = time.perf_counter_ns() + SECOND_NS // 100
    sent = answered = now = 0
    while answered < timed.count:
        now = time.perf_counter_ns() - started
        if sent < timed.count and due[sent] <= now:
            until = bisect_right(due, now, sent)
            for number in range(sent, until):
                late[number] = now - due[number]
            _send(connections, sent, until)
            sent = until
        wait = (due[sent] - now) / SECOND_NS if sent < timed.count else SILENCE_SECONDS
        full = [connection for connection in connections if connection.is_full]
        readable, writable, _ = select.select(connections, full, [], max(wait, 0))
        if sent == timed.count and not readable and not writable:
            raise TimeoutError(f"{timed.count - answered} requests are not answered")
        for connection in writable:
            connection.send()
        for connection in readable:
            numbers = connection.receive()
            now = time.perf_counter_ns() - started
            first = connections.index(connection)
            for number in numbers:
                which = number * timed.connections + first
                latency[which] = now - due[which]
            answered += len(numbers)
    seconds = (now - due[timed.warmup]) / SECOND_NS
    return _times(seconds, latency, late, timed.warmup)


def schedule(timed: Timed) -> array[int]:
    """Return the due time of each request in nanoseconds from the start, ascending."""
    draw = random.Random(1)
    gap, at = SECOND_NS / timed.rate, 0.0
    times = array("q")
    for _ in range(timed.count):
        at += gap if timed.even else draw.expovariate(1) * gap
        times.append(int(at))
    return times


def _send(connections: Sequence[Connection], start: int, end: int) -> None:
    """Send requests ``start`` to ``end``, which alternate over the connections."""
    size = len(connections)
    for first, connection in enumerate(connections):
        begin = start + (first - start) % size
        batch = connection.requests[begin // size : -(-(end - first) // size)]
        if batch:
            connection.send(b"".join(batch))


def _number(frame: bytes) -> int:
    at = frame.index(REQ_ID) + len(REQ_ID)
    end = at
    while 48 <= frame[end] <= 57:  # a digit
        end += 1
    return int(frame[at:end])


def _times(seconds: float, latency: array[int], late: array[int], skip: int) -> Times:
    return Times(seconds, latency[skip:].tobytes(), late[skip:].tobytes())


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Timed)
    found = open_loop(asked) if asked.rate else one_at_a_time(asked)
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
