"""A venue in process, and the cost of one request without disk and socket.

A request takes the same path as in the server: a session reads it, the venue makes a
batch, the engine applies it, feed and session receive the events, and the answer is
encoded. Each piece that the event loop would run without a break is timed separately.
"""

from __future__ import annotations

import contextlib
import gc
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from benchmarks.flow import batches
from benchmarks.serving import VENUE
from benchmarks.stages_run import NoHistory
from benchmarks.websocket import Frames
from benchmarks.worst_books import NOW_NS
from carbonex.engine import Exchange, HideOrderIds
from carbonex.gateway.budget import Budget
from carbonex.gateway.feed import Feed
from carbonex.gateway.holds import Holds
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.session import Services, Session
from carbonex.gateway.session.limits import SessionLimits
from carbonex.gateway.venue import Venue
from carbonex.wire.codec import JSON


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonex.engine import Command, Event


MS: Final = 1_000_000
ROW: Final = 500  # commands
UNLIMITED: Final = 10**9
TIMES: Final = 5
QUIET_TURNS: Final = 3  # turns without events, after which nothing more follows


class Cost(msgspec.Struct, frozen=True):
    """A request's cost in CPU ms.

    ``longest`` is the longest piece that runs without a break, ``engine`` the longest
    engine time of a piece, and ``total`` the sum of all ``pieces``. ``answer`` is
    "success", an error's name, or "" if there was no request.
    """

    engine: float
    longest: float
    total: float
    pieces: int
    events: int
    answer: str = ""


class House:
    """A venue whose clock the benchmark advances."""

    def __init__(self, opening: Iterable[Command]) -> None:
        self.now_ns = NOW_NS
        self.exchange = Exchange()
        self._stopwatch = Stopwatch()
        self._venue = Venue(self.exchange, VENUE, 1, 1, UNLIMITED, UNLIMITED)
        self._feed = Feed(self._venue)
        self._venue.readers += [self._stopwatch, self._feed]
        self._services = Services(
            self._venue,
            self._feed,
            SessionLimits(UNLIMITED, UNLIMITED),
            NoHistory(),
            lambda: self.now_ns,
            lambda: bytes(32),
            holds=Holds(lambda: 0),  # the benchmark measures the time instead
        )
        self._outboxes: list[Outbox] = []
        self._turn()
        self.fill([HideOrderIds("", bytes(range(32))), *opening])

    def fill(self, commands: Iterable[Command]) -> None:
        """Apply commands without timing; refused ones have no effect."""
        for row in batches(commands, ROW):
            for command in row:
                self._venue.submit(None, 0, command)
            self._turn()
        self.flush()

    def client(self, name: str) -> Client:
        """Return a client that is logged in with the named key."""
        outbox = Outbox(JSON, Budget(2**40))
        self._outboxes.append(outbox)
        session = Session(self._services, outbox, f"connection-{len(self._outboxes)}")
        session.log_in(self.exchange.keys[name], "")
        return Client(self, session, outbox)

    def passed(self, ns: int) -> Cost:
        """Return the cost of the timers that are due within ``ns``."""
        self.now_ns += ns
        with resting():
            return self.cost([])

    def cost(self, first: list[int], also: Callable[[], str] = str) -> Cost:
        """Run all work that follows the ``first`` pieces (ns); return the cost.

        ``also`` takes the answers and returns their text.
        """
        pieces, engine, events = list(first), 0, 0
        quiet = 0
        while quiet < QUIET_TURNS:
            began = time.thread_time_ns()
            done = self._turn()
            if done is not None:
                pieces.append(time.thread_time_ns() - began)
                engine = max(engine, self._stopwatch.engine_ns(began))
                events += done
            quiet = 0 if done else quiet + 1
            self.now_ns += MS
        answer = also()
        pieces.append(timed(self.flush))
        return Cost(
            engine / MS, max(pieces) / MS, sum(pieces) / MS, len(pieces), events, answer
        )

    def flush(self) -> None:
        """Send market data; discard all output."""
        self._feed.flush(self.now_ns)
        for outbox in self._outboxes:
            outbox.take()

    def _turn(self) -> int | None:
        """Run the next batch, if any; return the number of its events."""
        batch = self._venue.take_batch(self.now_ns)
        if batch is None:
            return None
        self._stopwatch.reset()
        applied = self._venue.committed(batch, self._venue.position + 1, b"")
        return len(applied.due) + sum(map(len, applied.replies))


class Client:
    """One session with JSON encoding."""

    def __init__(self, house: House, session: Session, outbox: Outbox) -> None:
        self._house = house
        self._session = session
        self._outbox = outbox

    def usual(self, method: str, **params: Any) -> Cost:
        """Return the cost of a request without effect, the median of TIMES."""
        with resting():
            costs = [self._cost(method, **params) for _ in range(TIMES)]
        return sorted(costs, key=lambda cost: cost.longest)[TIMES // 2]

    def cost(self, method: str, **params: Any) -> Cost:
        """Return the cost of a request and all its consequences."""
        with resting():
            return self._cost(method, **params)

    def _cost(self, method: str, **params: Any) -> Cost:
        text = JSON.encode({"method": method, "params": params, "req_id": 1}).decode()
        written: list[bytes] = []

        def read() -> None:
            self._session.receive(text, self._house.now_ns)

        def answered() -> str:
            written.extend(self._outbox.take())
            return ""

        cost = self._house.cost([timed(read)], answered)
        return msgspec.structs.replace(cost, answer=_answer(written))


class Stopwatch:
    """The first reader of a batch: when it is called, the engine has finished."""

    def __init__(self) -> None:
        self._told_ns = 0

    def reset(self) -> None:
        self._told_ns = 0

    def engine_ns(self, began_ns: int) -> int:
        """Return the engine's time for the batch that began at ``began_ns``."""
        return max(self._told_ns - began_ns, 0)

    def published(self, _seq: int, _time_ns: int, _events: list[Event]) -> None:
        """Record the time of the first call."""
        if not self._told_ns:
            self._told_ns = time.thread_time_ns()


@contextlib.contextmanager
def resting() -> Iterator[None]:
    """Disable the garbage collector, as the busy server does."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Callable[[], object]) -> int:
    """Return the CPU nanoseconds that ``work`` takes."""
    began = time.thread_time_ns()
    work()
    return time.thread_time_ns() - began


def _answer(written: list[bytes]) -> str:
    """Return "success" or the first error's name, of a request or a batch's items."""
    for _, payload in Frames().messages(b"".join(written)):
        message = msgspec.json.decode(payload)
        if message.get("req_id") != 1 or "channel" in message:
            continue
        results = (message.get("result") or {}).get("orders") or []
        for each in (message, *results):
            if isinstance(each, dict) and "error" in each:
                return str(each["error"]["name"])
    return "success"
