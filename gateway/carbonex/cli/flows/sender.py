"""Sending a flow to a venue: pipelined over WebSockets, and in order.

Each desk has a connection, and a connection's requests keep their order. Two
connections' do not, so when the next command belongs to another desk, all
answers of this one are awaited first. The flow thus enters the venue exactly
as it is.
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


# Requests without an answer yet, per connection. The venue writes what waits as
# one batch, and runs dry when too few may wait: with 500 it is half as fast.
WINDOW: Final = 5_000

METHODS: Final = {params: method for method, params in PARAMS.items()}


class SendError(Exception):
    """The venue took something else than the flow; the message says what."""


class Sent(NamedTuple):
    """How the sending went."""

    seconds: float
    refused: Counter[str]  # by the error's name


class _Call(msgspec.Struct, frozen=True):
    method: str
    params: Params


class _Incoming(msgspec.Struct, frozen=True):
    """An answer, which has a method, or a channel's frame, which has none."""

    method: str | None = None
    error: Error | None = None
    data: msgspec.Raw = msgspec.Raw()


class Line:
    """One logged-in connection; requests go out before earlier ones are answered."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket
        self._open = 0
        self._moved = asyncio.Event()
        self._failure = ""
        self.refused: Counter[str] = Counter()

    async def put(self, params: Params) -> None:
        """Send one request, as soon as fewer than WINDOW wait for an answer.

        Raises:
            SendError: If the connection broke, or the venue itself refused a
                request (a limit, the login, a malformed one).

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
            SendError: As ``put``.

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
        if error.name in Code.__members__:  # the request never reached the log
            self._failure = f"the venue answered {error.name}: {error.message}"


@contextlib.asynccontextmanager
async def open_line(url: str, key: Key) -> AsyncIterator[Line]:
    """Connect and log in with ``key``; close it at the end.

    Raises:
        SendError: If that is impossible.

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
    """Send the flow as fast as the venue takes it; ``keys`` are the desks'.

    ``progress`` is told now and then how many commands have been sent.

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
    """Return the answer to the challenge that the venue greets with."""
    greeting = JSON.decoder(_Incoming).decode(await websocket.recv())
    (status,) = JSON.decoder(list[Status]).decode(greeting.data)
    signature = key.login_signature(
        status.venue, status.connection_id, status.challenge
    )
    return Login(key.key_id, signature)
