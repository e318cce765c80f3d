"""Attackers beside an honest client, and events of a whole market, at a real server.

All clients respect the limits of the default file. The honest client sends orders at a
fixed rate in another instrument; each latency counts from the order's due time.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

import carbonex.sdk
from benchmarks import worst_books as books
from benchmarks.flow import batches
from benchmarks.histogram import Latencies
from benchmarks.latency import Timed
from benchmarks.processes import line, running, tell
from benchmarks.servers import drive_timed
from benchmarks.serving import NOW_NS, configure, serving, write_past
from benchmarks.worst_attacker import Attack
from benchmarks.worst_books import ATTACKER, BOOK, PRICES, TAKER, WHALE
from benchmarks.worst_requests import BATCH, buy, invalid_orders
from carbonex.engine import DAY, Exchange, ListInstrument, UpdateInstrument
from carbonex.gateway.config import Limits
from carbonex.gateway.session.methods import METHODS
from carbonex.gateway.session.throttle import BYTES_PER_REQUEST
from carbonex.wire.dates import SHANGHAI
from carbonex.wire.keys import generate_key, load_key


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.serving import Served
    from carbonex.engine import Command


RATE: Final = 100  # the honest client's orders per second
WINDOW: Final = 100  # an attacker's unanswered requests
HONEST: Final = 40  # accounts, one per measurement
SECOND_NS: Final = 10**9
HELD: Final = "loop held"
TODAY: Final = dt.datetime.fromtimestamp(NOW_NS / SECOND_NS, SHANGHAI).date()
LEAD_SECONDS: Final = 2.0  # before an event; AFTER_SECONDS is the time after it
AFTER_SECONDS: Final = 4.0
DEALT: Final = 20  # icebergs per message


class Seen(NamedTuple):
    """An honest client's latencies (ms), attackers' answers, loop blocking."""

    p50: float
    p99: float
    worst: float
    answers: Counter[str] | None = None
    held: float = 0.0  # longest blocking in s; 0: never 50 ms


class Sender(NamedTuple):
    """One connection of an attack: its key and the requests it sends in turn.

    ``weight`` is the number of requests that an invalid message counts as; 0: all
    messages are valid.
    """

    key: str
    requests: list[tuple[str, dict[str, Any]]]
    orders: int = WINDOW  # in flight, over all messages
    weight: int = 0

    @property
    def window(self) -> int:
        """The number of requests in flight."""
        if self.weight:
            return self.orders
        return self.orders // max(len(p.get("orders", [0])) for _, p in self.requests)

    @property
    def rate(self) -> float:
        """The requests per second that the limits allow; 0: unlimited."""
        costs = [self.weight or _cost(*request) for request in self.requests]
        return (
            Limits().requests_per_second * len(costs) / sum(costs) if sum(costs) else 0
        )


class Site:
    """A venue's directory with a past, its traders' keys, and its server."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "venue"
        self._keys = directory / "keys"
        self._keys.mkdir()
        self._runs = 0
        names = [ATTACKER, WHALE, TAKER, *(f"honest-{n}" for n in range(HONEST))]
        for name in names:
            generate_key(name).save(self.key(name))
        self.public = {name: _public(self.key(name)) for name in names}

    def key(self, name: str) -> Path:
        """Return the path of a key."""
        return self._keys / f"{name}.pem"

    def past(self, *parts: Iterable[Command]) -> Exchange:
        """Make the venue with the given history."""
        configure(self._directory)
        rows = (row for part in parts for row in batches(part, BATCH * 10))
        return write_past(self._directory, rows)

    @contextlib.contextmanager
    def serving(self) -> Iterator[Served]:
        """Run the server."""
        with serving(self._directory) as served:
            yield served

    def honest(self, port: int, seconds: float) -> Seen:
        """Trade honestly for ``seconds``, with an unused account."""
        key = self.key(f"honest-{self._runs}")
        self._runs += 1
        count = max(int(RATE * seconds), 2)
        timed = Timed(port, 1, count, rate=RATE, even=True, keys=[str(key)])
        found = Latencies(drive_timed(timed).latencies())
        return Seen(found.at(50) / 1e3, found.at(99) / 1e3, found.most / 1e3)

    def held(self) -> list[float]:
        """Return the durations for which the event loop was blocked, in seconds."""
        lines = (self._directory / "server.jsonl").read_text(encoding="utf-8")
        told = [json.loads(line) for line in lines.splitlines() if HELD in line]
        return [line["seconds"] for line in told]

    def attacked(self, port: int, seconds: float, senders: Iterable[Sender]) -> Seen:
        """Trade honestly beside attackers."""
        known = len(self.held())
        answers: Counter[str] = Counter()
        with contextlib.ExitStack() as stack:
            attackers = [
                stack.enter_context(self._attacker(port, sender)) for sender in senders
            ]
            seen = self.honest(port, seconds)
            for attacker in attackers:
                told, _ = attacker.communicate()
                answers.update(msgspec.json.decode(told))
        self.honest(port, 0)  # let the attackers' backlog drain before the next attack
        held = max(self.held()[known:], default=0.0)
        return seen._replace(answers=answers, held=held)

    @contextlib.contextmanager
    def _attacker(self, port: int, sender: Sender) -> Iterator[subprocess.Popen[str]]:
        """Run an attacker; yield when it has started."""
        attack = Attack(
            port, str(self.key(sender.key)), sender.requests, sender.rate, sender.window
        )
        with running([sys.executable, "-m", "benchmarks.worst_attacker"]) as process:
            tell(process, msgspec.json.encode(attack))
            line(process)
            yield process


def attacks(exchange: Exchange) -> dict[str, list[Sender]]:
    """Return attacks by name; the first is no attack but as many valid orders."""
    deep = books.deepest(exchange)
    stale = buy(pick=[str(10**9)])
    nothing = {"order_id": str(10**9)}
    book = {"channel": "book", "instrument": BOOK, "depth": 0}
    own = {"channel": "executions"}
    parts = {"quantity": 20, "display_quantity": 1, "side": "sell", "price": "1.00"}
    ice = {"instrument": BOOK, **parts}
    taken = buy(20 * DEALT, price="1.00", time_in_force="ioc")

    def one(key: str, method: str, **params: Any) -> list[Sender]:
        return [Sender(key, [(method, params)])]

    def followed(key: str, **params: Any) -> list[Sender]:
        return [Sender(key, [("subscribe", params), ("unsubscribe", params)])]

    return {
        "orders that are accepted": one(
            ATTACKER, "add_order", **buy(price="1.00", time_in_force="ioc")
        ),
        "stale picks": one(ATTACKER, "add_order", **stale),
        f"batches of {BATCH} stale picks": one(
            ATTACKER, "batch_add", orders=[stale] * BATCH
        ),
        "picks not at the best price": one(ATTACKER, "add_order", **buy(pick=[deep])),
        "fill or kill of more than there is": one(
            ATTACKER, "add_order", **buy(10**8, time_in_force="fok")
        ),
        "cancel_all of nothing": one(ATTACKER, "cancel_all"),
        "cancel_all of no such side, account at its cap": one(
            WHALE, "cancel_all", side="buy"
        ),
        f"batches of {BATCH} cancels of nothing": one(
            ATTACKER, "batch_cancel", orders=[nothing] * BATCH
        ),
        "open_orders of an account at its cap": one(WHALE, "open_orders"),
        "subscriptions to executions, account at its cap": followed(WHALE, **own),
        f"subscriptions to a book of {PRICES:,} prices": followed(ATTACKER, **book),
        "trades of the past": one(ATTACKER, "trades", instrument=BOOK),
        "the longest invalid messages": [
            Sender(
                ATTACKER,
                [("batch_add", {"orders": invalid_orders()})],
                weight=1 + Limits().frame_bytes // BYTES_PER_REQUEST,
            )
        ],
        f"{DEALT} icebergs of 20 parts, taken at once": [
            Sender(ATTACKER, [("batch_add", {"orders": [ice] * DEALT})]),
            Sender(TAKER, [("add_order", taken)], WINDOW // DEALT),
        ],
    }


def attacked(orders: int, seconds: float) -> Iterator[tuple[str, Seen]]:
    """Yield the honest client's latencies alone, then beside each attacker."""
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        exchange = site.past(_opening(orders, site), books.spread(orders))
        plans = attacks(exchange)
        del exchange
        with site.serving() as served:
            yield "alone", site.honest(served.port, seconds)
            for what, senders in plans.items():
                yield what, site.attacked(served.port, seconds, senders)


def events(orders: int, wait: float) -> Iterator[tuple[str, Seen]]:
    """Yield the honest client's latencies during events that affect all orders."""
    yield (
        "the close, all orders end",
        _event(
            orders,
            wait,
            lambda ends_ns: {"ends_ns": ends_ns, "multi_day": False},
            lambda _: books.spread(orders, time_in_force=DAY),
        ),
    )
    yield (
        "all orders expire at once",
        _event(
            orders, wait, lambda _: {}, lambda ends_ns: books.until(orders, ends_ns)
        ),
    )
    yield "begin_day, new terms end all orders", begun(orders, LEAD_SECONDS)


def _event(
    orders: int,
    wait: float,
    terms: Callable[[int], dict[str, Any]],
    resting: Callable[[int], Iterable[Command]],
) -> Seen:
    """Measure an event in ``wait`` seconds; retry later if the start takes longer."""
    at_ns = time.time_ns() + int(wait * SECOND_NS)
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        opening = _opening(orders, site, **terms(at_ns))
        site.past(opening, resting(at_ns))
        with site.serving() as served:
            left = (at_ns - time.time_ns()) / SECOND_NS
            if left > LEAD_SECONDS:
                time.sleep(left - LEAD_SECONDS)
                seen = site.honest(served.port, LEAD_SECONDS + AFTER_SECONDS)
                return seen._replace(held=max(site.held(), default=0.0))
    return _event(orders, 2 * wait, terms, resting)


def begun(orders: int, wait: float) -> Seen:
    """Begin a day with new terms that end all orders."""
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        ended = _opening(orders, site, ends_ns=NOW_NS + 1)
        terms = [UpdateInstrument("", ListInstrument("", BOOK))]
        site.past(ended, books.spread(orders), terms)
        with site.serving() as served, ThreadPoolExecutor(1) as pool:
            known = len(site.held())
            honest = pool.submit(site.honest, served.port, wait + AFTER_SECONDS)
            time.sleep(wait)
            asyncio.run(_begin(served.port, site.key(TAKER)))
            seen = honest.result()
            return seen._replace(held=max(site.held()[known:], default=0.0))


def _opening(orders: int, site: Site, **terms: Any) -> Iterator[Command]:
    """Yield a market that trades today, with the keys of its clients."""
    return books.opening(orders, now_ns=NOW_NS, keys=site.public, **terms)


async def _begin(port: int, key: Path) -> None:
    async with carbonex.sdk.connect(f"ws://127.0.0.1:{port}", key=key) as operator:
        await operator.begin_day(TODAY + dt.timedelta(1))


def _cost(method: str, params: dict[str, Any]) -> int:
    """Return the number of requests that a call counts as."""
    return METHODS[method].cost * len(params.get("orders", [None]))


def _public(key: Path) -> bytes:
    return load_key(key).private_key.public_key().public_bytes_raw()
