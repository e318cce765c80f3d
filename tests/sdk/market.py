"""A real venue on a real port, with two traders, and a cable that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    VENUE_KEY,
    AddKey,
    Command,
    Deposit,
    Exchange,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
)
from carbonex.engine.terms import AuctionTerms, BlockTerms
from carbonex.gateway.config import Config, Listen, Log
from carbonex.gateway.market import load_market
from carbonex.gateway.server.readers.follower import Follower, follow
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import bootstrap, operator_commands
from carbonex.wire.keys import Key, generate_key
from carbonex.wire.login import decode_bytes


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from carbonex.sdk import Order, Venue

TRADERS = ("maker", "taker")
CONFIG = Config(
    venue="test",
    listen=Listen(port=0),
    log=Log(segment_bytes=1 << 20, reserve_bytes=4096),
)
READ_AND_TRADE = Permission.READ | Permission.TRADE
# It trades around the clock, as orders, in blocks and in auctions.
CEA25 = ListInstrument(
    VENUE_KEY,
    "CEA25",
    reference=7463,
    pick=True,
    blocks=BlockTerms(min_quantity=1_000, band_permille=300),
    auctions=AuctionTerms(allowed=True),
)


@dataclass
class Market:
    """A venue that lists CEA25 and knows ``maker``, ``taker`` and ``operator``.

    The traders have one account each, named as they are, with 1,000,000.00 CNY
    and 10,000 t. Everybody's key file is ``keys[name]``.
    """

    server: Server
    cable: Cable
    keys: dict[str, Path]

    @property
    def url(self) -> str:
        """The venue itself."""
        return f"ws://127.0.0.1:{self.server.port}"

    @property
    def cable_url(self) -> str:
        """The venue through the cable."""
        return f"ws://127.0.0.1:{self.cable.port}"

    @property
    def exchange(self) -> Exchange:
        """What the venue holds."""
        return self.server.venue.exchange

    def numbers(self, orders: Iterable[Order]) -> list[int]:
        """Return the engine's numbers of orders, which clients cannot see."""
        return [self.server.venue.ids.meant(order.order_id) for order in orders]

    def open_orders(self, account: str) -> int:
        """Return how many orders the engine has resting for ``account``."""
        return len(self.exchange.accounts[account].orders)


@contextlib.asynccontextmanager
async def open_market(directory: Path, rules: str = "") -> AsyncIterator[Market]:
    """Set up a venue in ``directory`` and serve it.

    ``rules`` is the name of a preset that lists CEA25, empty for ``CEA25`` above.
    """
    config = replace(CONFIG, market=rules)
    listed = {
        listing.terms.instrument: listing.terms
        for listing in load_market(rules).listings
    }
    keys = set_up(directory, listed.get("CEA25", CEA25))
    async with (
        Server.start(directory, config) as server,
        _followed(directory),
        Cable.laid(server.port) as cable,
    ):
        yield Market(server, cable, keys)


@contextlib.asynccontextmanager
async def _followed(directory: Path) -> AsyncIterator[None]:
    """Keep the history of the directory, in a thread, where a server has a process."""
    gone = threading.Event()

    def keep() -> None:
        follow(Follower(directory), lambda _: gone.wait(0.02))

    following = asyncio.create_task(asyncio.to_thread(keep))
    try:
        yield
    finally:
        gone.set()
        await following


def set_up(directory: Path, cea25: ListInstrument = CEA25) -> dict[str, Path]:
    """Write a venue's first commands and everybody's key file; return the files."""
    keys = {name: generate_key(name) for name in (*TRADERS, "operator")}
    bootstrap(directory, CONFIG, list(_commands(keys, cea25)))
    paths = {name: directory / f"{name}.pem" for name in keys}
    for name, key in keys.items():
        key.save(paths[name])
    return paths


def _commands(keys: dict[str, Key], cea25: ListInstrument) -> list[Command]:
    public = {name: decode_bytes(key.public_text) for name, key in keys.items()}
    commands = operator_commands("operator", public["operator"])
    commands.append(cea25)
    for name in TRADERS:
        commands += [
            RegisterParticipant(VENUE_KEY, name),
            OpenAccount(VENUE_KEY, name, name),
            AddKey(VENUE_KEY, name, name, public[name], READ_AND_TRADE),
            Deposit(VENUE_KEY, name, 100_000_000, "cash"),
            Issue(VENUE_KEY, name, "CEA25", 10_000, "tonnes"),
        ]
    return commands


@dataclass
class Cable:
    """A TCP proxy: what it forwards can be held back, and it can be cut."""

    target: int  # the venue's port
    port: int = 0
    requests_held: bool = False  # towards the venue
    answers_held: bool = False  # towards the client
    connections: int = 0
    _ends: dict[asyncio.StreamWriter, asyncio.StreamWriter] = field(
        default_factory=dict
    )
    _severed: list[asyncio.StreamWriter] = field(default_factory=list)
    _held: list[tuple[asyncio.StreamWriter, bytes]] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def laid(cls, target: int) -> AsyncIterator[Cable]:
        """Lay a cable to a port of this machine."""
        cable = cls(target)

        server = await asyncio.start_server(cable._connect, "127.0.0.1", 0)
        cable.port = server.sockets[0].getsockname()[1]
        try:
            yield cable
        finally:
            server.close()
            cable.cut(both_ends=True)
            await asyncio.sleep(0)

    def cut(self, *, both_ends: bool = False) -> None:
        """Reset the client's end of every connection; the venue's if wanted.

        With its own end left open the venue goes on as if nothing had happened.
        """
        for near, far in self._ends.items():
            near.transport.abort()
            self._severed.append(far)
        self._ends.clear()
        if both_ends:
            for far in self._severed:
                far.transport.abort()
        self.answers_held = False

    def holds_something(self) -> bool:
        """Tell whether anything was held back on its way to the venue."""
        return bool(self._held)

    def deliver_held(self) -> None:
        """Let what was held back on its way to the venue arrive after all."""
        self.requests_held = False
        for writer, data in self._held:
            writer.write(data)
        self._held.clear()

    async def _connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            venue = await asyncio.open_connection("127.0.0.1", self.target)
        except ConnectionError:
            writer.close()
            return
        self.connections += 1
        self._ends[writer] = venue[1]
        await asyncio.gather(
            self._forward_requests(reader, venue[1]),
            self._forward_answers(venue[0], writer),
        )
        self._ends.pop(writer, None)

    async def _forward_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if self.requests_held:
                    self._held.append((writer, data))
                else:
                    writer.write(data)
        if writer not in self._severed:
            writer.close()

    async def _forward_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if not self.answers_held:
                    writer.write(data)
        writer.close()


async def cut(market: Market, venue: Venue) -> None:
    """Cut the cable and wait until the client has noticed."""
    market.cable.cut(both_ends=True)
    await until(lambda: not venue.online)


@contextlib.asynccontextmanager
async def interrupted(market: Market, venue: Venue) -> AsyncIterator[None]:
    """Have no connection within the block, however soon the client would be back."""
    market.cable.requests_held = True
    await cut(market, venue)
    yield
    market.cable.deliver_held()


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that no one announces."""
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
