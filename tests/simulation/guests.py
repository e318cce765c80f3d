"""Short-lived clients: with a lent key, reading old data, without a key, or mute."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.sdk import (
    CarbonexError,
    LoginFailed,
    Timeouts,
    VenueError,
    connect,
)
from carbonex.wire.keys import Key

from .changing import Changing
from .host import ADDRESS, PORT


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .loop import Process
    from .world import World


URL: Final = f"ws://{ADDRESS}:{PORT}"
TIMEOUTS: Final = Timeouts(order=1.5, answer=3.0)
OWNERS: Final = ("json-1", "json-2", "pack-1", "pack-2")

# The time in which the venue must end a mute connection, or one whose key is revoked.
PATIENCE: Final = 8.0
SHORT: Final = 6.0  # the longest stay in seconds


@final
class Guests:
    """Lets guests come and go until the world is calm; ``idle`` when none is left."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._numbers = 0
        self._here = 0
        self._revoked: dict[str, int] = {}  # key ids, with the time of the answer

    @property
    def idle(self) -> bool:
        """Whether no guest is present."""
        return not self._here

    def start(self) -> None:
        """Start inviting guests."""
        self.world.process("guests", self._invite)

    def new_key(self) -> Key:
        """Return an unregistered key for one of the traders."""
        self._numbers += 1
        owner = OWNERS[self._numbers % len(OWNERS)]
        return self._key(f"{owner}~{self._numbers}")

    def owner_of(self, key: Key) -> str:
        """Return the owner of a key."""
        return key.key_id.partition("~")[0]

    def lend(self, key: Key) -> None:
        """Let a guest use a key until it is revoked."""
        self._welcome("borrower", lambda: self._borrow(key))

    def revoked(self, key: Key) -> None:
        """Record that the venue has answered the revocation."""
        self._revoked[key.key_id] = self.world.turns.now_ns

    async def _invite(self, _process: Process) -> None:
        chosen, draw = self.world.record.coverage.chosen, self.world.random.random
        while not self.world.calm:
            await asyncio.sleep(0.1 + 0.4 * draw())
            if self.world.host.server is not None and self._here < 3:
                name, come = chosen(_GUESTS, draw)
                self._welcome(name, partial(come, self))

    def _welcome(self, name: str, come: Callable[[], Awaitable[None]]) -> None:
        self.world.record.count(f"guests: {name}")
        self._here += 1
        self.world.process(name, lambda _: self._stay(come))

    async def _stay(self, come: Callable[[], Awaitable[None]]) -> None:
        try:
            with contextlib.suppress(CarbonexError, TimeoutError, OSError):
                async with asyncio.timeout(SHORT):
                    await come()
        finally:
            self._here -= 1

    async def _borrow(self, key: Key) -> None:
        """Trade with a lent key; after its revocation every request must fail."""
        owner, record = self.owner_of(key), self.world.record
        async with self._connected(key) as venue:
            while True:
                await asyncio.sleep(0.02)
                asked_ns = self.world.turns.now_ns
                price = "70.00" if self.world.random.random() < 0.5 else "71.00"
                with contextlib.suppress(VenueError):
                    await venue.buy("CEA25", 1, price, account=owner)
                    revoked_ns = self._revoked.get(key.key_id, asked_ns)
                    if revoked_ns < asked_ns:
                        record.fail("who may not is refused", f"{key.key_id}: revoked")

    async def _read_all(self) -> None:
        """Read an account's executions from the first: pages of the history."""
        owner = self._somebody()
        server = self.world.host.server
        assert server is not None
        last = server.venue.exchange.accounts[owner].exec_seq
        async with self._connected(self.world.keys[owner]) as venue:
            count = 0
            async for execution in venue.executions(from_seq=1):
                count += 1
                if execution.exec_seq >= last:
                    break
        self.world.record.count("executions read from the first on", count)
        if count > 1_000:
            self.world.record.count("more than a page of executions")

    async def _look_on(self) -> None:
        """Follow the market without a key, and try to trade."""
        async with connect(URL, None, timeouts=TIMEOUTS) as venue:
            held: list[Any] = [await venue.book("CEA25", 0, 100)]
            held += [venue.instrument(), venue.auction_updates(), venue.premium()]
            held += [venue.ticker(), venue.trades()]
            with contextlib.suppress(VenueError):
                await venue.cancel_all(account="json-1")
                self.world.record.fail("who may not is refused", "a stranger")
            await asyncio.sleep(1)

    async def _forge(self) -> None:
        """Log in with a signature by another key."""
        key = self._key("forged", self._somebody())
        with contextlib.suppress(LoginFailed):
            async with self._connected(key):
                self.world.record.fail("who has no key stays out", key.key_id)

    async def _leave_nothing(self) -> None:
        """Leave cleanly; the session's orders must be cancelled."""
        name = "pack-2"
        session = f"short-{self._numbers}"
        self._numbers += 1
        connected = connect(
            URL,
            self.world.keys[name],
            timeouts=TIMEOUTS,
            session=session,
            cancel_on_disconnect=True,
            grace=0.5,
            cancel_at_exit=True,
        )
        async with connected as venue:
            for price in ("70.00", "70.10"):
                with contextlib.suppress(VenueError):
                    await venue.buy("CEA25", 2, price, time_in_force="gtc")
            await asyncio.sleep(0.1)
        server = self.world.host.server
        if server is not None:
            orders = server.venue.exchange.accounts[name].orders.values()
            left = [o.order_id for o in orders if o.command.session == session]
            if left:
                self.world.record.fail("who leaves has no orders", left)

    async def _change(self) -> None:
        """Log in as one trader, and then as another."""
        names = self._somebody(), self._somebody()
        keys = [self.world.keys[name] for name in names]
        await Changing(self.world.record, keys).live()

    async def _say_nothing(self) -> None:
        """Open a connection and send nothing: the venue must end it."""
        ended = asyncio.Event()
        protocol = _Mute(ended)
        loop = asyncio.get_running_loop()
        server = self.world.host.server
        transport, _ = await loop.create_connection(lambda: protocol, ADDRESS, PORT)
        try:
            await asyncio.wait_for(ended.wait(), SHORT - 1)
        except TimeoutError:
            if server is not None and server is self.world.host.server:
                self.world.record.count("mute guests that had to leave too late")
        finally:
            transport.abort()

    def _connected(self, key: Key) -> Any:
        owner = self.owner_of(key)
        return connect(URL, key, timeouts=TIMEOUTS, account=owner)

    def _somebody(self) -> str:
        return OWNERS[int(self.world.random.random() * len(OWNERS))]

    def _key(self, name: str, key_id: str = "") -> Key:
        secret = blake2b(f"{self.world.seed} {name}".encode(), digest_size=32).digest()
        return Key(key_id or name, Ed25519PrivateKey.from_private_bytes(secret))


@final
class _Mute(asyncio.Protocol):
    """A connection that sends nothing."""

    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, _error: Exception | None) -> None:
        self._ended.set()


# The guests, with weight and name.
_GUESTS: Final[tuple[tuple[float, str, Any], ...]] = (
    (2, "read_all", ("reader of all", Guests._read_all)),
    (2, "look_on", ("onlooker", Guests._look_on)),
    (1, "forge", ("forger", Guests._forge)),
    (2, "leave_nothing", ("short session", Guests._leave_nothing)),
    (2, "change", ("changing", Guests._change)),
    (1, "say_nothing", ("mute", Guests._say_nothing)),
)
