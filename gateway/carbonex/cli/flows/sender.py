"""Send a flow to a venue over WebSockets: pipelined, but in order.

Each desk has one connection, and a connection keeps its requests in order. Two
connections do not. When the next command belongs to another desk, the sender
therefore first awaits all answers of the current one. The flow thus enters the
venue in exactly its order.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from carbonex.wire.answers import Error
from carbonex.wire.channels import Status
from carbonex.wire.codec import JSON
from carbonex.wire.errors import Code
from carbonex.wire.reading import PARAMS
from carbonex.wire.requests import Login, Params

from .flow import desk_of
from .outgoing import request_of


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from carbonex.wire.keys import Key

    from .flow import Flow


# Unanswered requests per connection. The venue writes pending commands as one
# batch and idles if too few may be pending: with 500 it is half as fast.
WINDOW: Final = 5_000

METHODS: Final = {params: method for method, params in PARAMS.items()}


class SendError(Exception):
    """The venue did not take the flow; the message says why."""


class Sent(NamedTuple):
    """The duration and the refusals of a sending."""

    seconds: float
    refused: Counter[str]  # by the error's name


class _Call(msgspec.Struct, frozen=True):
    method: str
    params: Params


class _Incoming(msgspec.Struct, frozen=True):
    """An answer, which has a method, or a channel frame, which has none."""

    method: str | None = None
    error: Error | None = None
    data: msgspec.Raw = msgspec.Raw()


class Line:
    """One logged-in connection with pipelined requests."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket
        self._open = 0
        self._moved = asyncio.Event()
        self._failure = ""
        self.refused: Counter[str] = Counter()

    async def put(self, params: Params) -> None:
        """Send one request, once fewer than WINDOW requests are unanswered.

        Raises:
            SendError: If the connection broke, or the gateway refused a request (a
                limit, the login, a malformed request).

        """
        if self._open >= WINDOW:
            await self._until(WINDOW // 2)
        self._open += 1
        call = JSON.encode(_Call(METHODS[type(params)], params))
        try:
            await self._websocket.send(call, text=True)
        except ConnectionClosed as error:
            raise SendError(f"the connection broke: {error}") from None

    async def drain(self) -> None:
        """Wait for all answers.

        Raises:
                SendError: As ``put`` does.

        """
        await self._until(0)

    async def read(self) -> None:
        """Count the answers until the connection ends."""
        decode = JSON.decoder(_Incoming).decode
        try:
            async for data in self._websocket:
                incoming = decode(data)
                if incoming.method is None:
                    continue
                self._open -= 1
                if incoming.error is not None:
                    self._note(incoming.error)
                self._moved.set()
            self._failure = self._failure or "the venue closed the connection"
        except ConnectionClosed as error:
            self._failure = f"the connection broke: {error}"
        self._moved.set()

    async def _until(self, waiting: int) -> None:
        while self._open > waiting and not self._failure:
            self._moved.clear()
            await self._moved.wait()
        if self._failure:
            raise SendError(self._failure)

    def _note(self, error: Error) -> None:
        self.refused[error.name] += 1
        if error.name in Code.__members__:  # a gateway error: it never reached the log
            self._failure = f"the venue answered {error.name}: {error.message}"


@contextlib.asynccontextmanager
async def open_line(url: str, key: Key) -> AsyncIterator[Line]:
    """Connect and log in with ``key``; close the connection at the end.

    Raises:
        SendError: If the connection or the login fails.

    """
    subprotocols = [Subprotocol(JSON.subprotocol)]
    try:
        async with connect(
            url, subprotocols=subprotocols, compression=None, proxy=None
        ) as websocket:
            line = Line(websocket)
            login = await _login(websocket, key)
            reader = asyncio.create_task(line.read())
            try:
                await line.put(login)
                await line.drain()
                yield line
            finally:
                reader.cancel()
    except (OSError, WebSocketException) as error:
        raise SendError(f"{url}: {error}") from None


async def send(
    flow: Flow, url: str, keys: Sequence[Key], progress: Callable[[int], None]
) -> Sent:
    """Send the flow as fast as the venue takes it; ``keys`` are the desks' keys.

    ``progress`` receives the number of commands sent, now and then.

    Raises:
        SendError: If the venue did not take every command.

    """
    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(open_line(url, key)) for key in keys]
        began = time.perf_counter()
        current = lines[0]
        for done, command in enumerate(flow.commands):
            line = lines[desk_of(command.account)]
            if line is not current:
                await current.drain()
                current = line
            await line.put(request_of(command))
            if done % WINDOW == 0:
                progress(done)
        await current.drain()
        progress(len(flow.commands))
        seconds = time.perf_counter() - began
    return Sent(seconds, sum((line.refused for line in lines), Counter()))


async def _login(websocket: ClientConnection, key: Key) -> Login:
    """Return the login that answers the challenge in the venue's greeting."""
    greeting = JSON.decoder(_Incoming).decode(await websocket.recv())
    (status,) = JSON.decoder(list[Status]).decode(greeting.data)
    signature = key.login_signature(
        status.venue, status.connection_id, status.challenge
    )
    return Login(key.key_id, signature)
