"""A simulated world: the venue, its clients and their faults, from one seed."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
import sys
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, final
from unittest import mock

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.engine import (
    VENUE_KEY,
    AddKey,
    Command,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
    work,
)
from carbonex.gateway.market import load_market
from carbonex.gateway.server.starting.opening import operator_commands
from carbonex.gateway.session import resuming
from carbonex.journal.history.store import HistoryStore
from carbonex.wire.keys import Key
from carbonex.wire.login import decode_bytes

from .coverage import PHASES
from .following import gathering
from .guests import Guests
from .host import CONFIG, Host
from .loop import Process, Turns, own_garbage, own_generators
from .network import Network
from .record import Record
from .serving import surrounded
from .tap import tapped


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from .traders import Trader


READ_AND_TRADE: Final = Permission.READ | Permission.TRADE

# Events per slice, and executions per page of the history. They are small, so that much
# work takes several.
SLICE: Final = 20
PAGE: Final = 100

TRADERS: Final = ("json-1", "json-2", "pack-1", "pack-2", "raw")


@final
class World:
    """Everything in the simulation; ``calm`` is set when the faults are over."""

    def __init__(self, seed: int, directory: Path) -> None:
        self.seed = seed
        self.turns = Turns(seed)
        self.network = Network(self.turns)
        self.record = Record(self.turns.trace)
        self.host = Host(self.turns, self.record, seed, directory)
        self.keys = {name: self._key(name) for name in (*TRADERS, "operator")}
        self.fate = Process(self.turns, "fate", "10.0.0.2")
        self.calm = False
        self.lull_ends_ns = 0
        self.record.coverage.phase = self._phase
        self.record.position = self.host.position
        self.traders: list[Trader] = []
        self.guests = Guests(self)
        self.host.bootstrap(self._first_commands())

    @property
    def random(self) -> random.Random:
        """The only source of randomness."""
        return self.turns.random

    @property
    def lull(self) -> bool:
        """Whether traders pause now."""
        return self.turns.now_ns < self.lull_ends_ns

    def process(
        self, name: str, life: Callable[[Process], Coroutine[None, None, None]]
    ) -> Process:
        """Start a client's process."""
        process = Process(self.turns, name, f"10.0.1.{len(self.keys) + len(name)}")
        process.spawn(life(process))
        return process

    def close(self) -> None:
        """End all remaining processes."""
        self.host.follower.kill()
        for process in self.turns.processes:
            if process.alive:
                process.kill()
                process.bury()

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Let time pass while ``goes_on`` and there is no finding."""
        record, broken = self.record, self.turns.broken

        def undisturbed() -> bool:
            return not record.found and not broken and goes_on()

        self.turns.run(undisturbed)
        if broken:
            self.record.fail("no error escapes", broken[0])
        if record.found:
            raise record.found[0]

    def _phase(self) -> str:
        """Return the market's phase, for the coverage."""
        server = self.host.server
        if server is None:
            return "down"
        exchange = server.venue.exchange
        phase = exchange.instruments["CEA25"].phase.name.lower() if exchange.day else ""
        return phase if phase in PHASES else "closed"

    def _key(self, name: str) -> Key:
        secret = blake2b(f"{self.seed} {name}".encode(), digest_size=32).digest()
        return Key(name, Ed25519PrivateKey.from_private_bytes(secret))

    def _first_commands(self) -> list[Command]:
        public = {n: decode_bytes(key.public_text) for n, key in self.keys.items()}
        listed: list[ListInstrument] = [
            listing.terms for listing in load_market(CONFIG.market).listings
        ]
        commands = [*operator_commands("operator", public["operator"]), *listed]
        for name in TRADERS:
            commands += [
                RegisterParticipant(VENUE_KEY, name),
                OpenAccount(VENUE_KEY, name, name, 5000, 150),
                AddKey(VENUE_KEY, name, name, public[name], READ_AND_TRADE),
                Deposit(VENUE_KEY, name, 50_000_000_00, "cash"),
                *(
                    Issue(VENUE_KEY, name, terms.instrument, 200_000, f"t{i}")
                    for i, terms in enumerate(listed)
                ),
            ]
        return commands


@contextlib.contextmanager
def surroundings(world: World) -> Iterator[None]:
    """Let the SDK and its WebSockets draw from the seed, and tap them.

    The server's sources of randomness are injected; a client library has no such
    interface and must be patched. Leftovers of dead processes end silently, and
    logging is off. A transport's buffer is small, so that the venue's own queues are
    used, and slices and pages are small for the same reason.
    """
    draw, host = world.random, world.host

    def token_hex(size: int) -> str:
        return draw.randbytes(size).hex()

    silence = structlog.get_config()
    structlog.configure(processors=[_drop])
    logging.disable(logging.CRITICAL)
    try:
        with (
            mock.patch.object(secrets, "token_bytes", draw.randbytes),
            mock.patch.object(secrets, "token_hex", token_hex),
            mock.patch.object(random, "random", draw.random),
            mock.patch.object(random, "getrandbits", draw.getrandbits),
            mock.patch("carbonex.sdk.venue.Client", tapped(world.record)),
            mock.patch(
                "carbonex.gateway.server.connections.clients.TRANSPORT_BYTES", 2048
            ),
            mock.patch.object(work, "SLICE", SLICE),
            mock.patch.object(resuming, "PAGE_EXECUTIONS", PAGE),
            mock.patch.object(HistoryStore, "_gather", gathering),
            mock.patch.object(HistoryStore, "_store", host.follower.files.storing()),
            surrounded(host.machine, host.follower),
            mock.patch.object(sys, "unraisablehook", _ignore_the_dead),
            own_garbage(),
            own_generators(),
        ):
            yield
    finally:
        logging.disable(logging.NOTSET)
        structlog.configure(**silence)


def _ignore_the_dead(unraisable: sys.UnraisableHookArgs) -> None:
    """Ignore errors of dead processes' coroutines when they are freed."""


def _drop(*_: object) -> str:
    raise structlog.DropEvent
