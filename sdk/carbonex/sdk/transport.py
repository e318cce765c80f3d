"""The asyncio shell: it connects a client by WebSocket and reconnects it.

It has no rule of the protocol. One task reads and one writes; the client decides how to
handle and what to send.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from typing import TYPE_CHECKING, Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from .backoff import Backoff
from .client import State, UnusableConnection
from .errors import ConnectionLost
from .tls import refusal
from .websocket import WebSocket


if TYPE_CHECKING:
    from .client import Client


# A full book's snapshot is the longest message there is: 100,000 levels of a
# few dozen bytes. Policy: a longer one closes the connection.
MAX_MESSAGE: Final = 2**24
OPEN_TIMEOUT: Final = 10.0  # seconds for TCP, TLS and the opening handshake
PING_INTERVAL: Final = 5.0  # a path that swallows packets is noticed in twice that
CLOSE_TIMEOUT: Final = 2.0

_log = logging.getLogger("carbonex.sdk")

# The library logs every frame, and so every signature, where its logger is set to
# DEBUG; this one has a level of its own, which the application's does not change.
_frames_log: Final = logging.getLogger("carbonex.sdk.websocket")
_frames_log.setLevel(logging.WARNING)


class Transport:
    """Keeps one client connected to ``url`` until it is closed."""

    def __init__(
        self, url: str, client: Client, tls: ssl.SSLContext | None = None
    ) -> None:
        self._url = url
        self._tls = tls
        self._client = client
        self._backoff = Backoff(random.random)
        self._websocket: WebSocket | None = None
        self._output = asyncio.Event()
        self._abort_reason = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start connecting, in a separate task."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Close the connection and end the task."""
        assert self._task is not None
        if self._websocket is not None:
            await self._websocket.close()
        self._task.cancel()
        await asyncio.wait([self._task])

    def flush(self) -> None:
        """Send the client's pending frames, without waiting until they are sent."""
        self._output.set()

    def abort(self, reason: str) -> None:
        """Drop the connection; the client reconnects as after any failure."""
        self._abort_reason = reason
        if self._websocket is not None:
            self._websocket.transport.abort()
            self._client.connection_lost(reason)

    async def _run(self) -> None:
        """Connect, and reconnect until the client is closed.

        If the first connection fails, give up: the URL is probably wrong.
        """
        loop = asyncio.get_running_loop()
        while not self._client.closed:
            began = loop.time()
            reason, code = await self._connection()
            if not self._client.been_online:
                self._client.close(ConnectionLost(f"{self._url}: {reason}"))
            self._client.connection_lost(reason)
            if not self._client.closed:
                delay = self._backoff.after(loop.time() - began, code)
                _log.info("%s: %s; again in %.2f s", self._url, reason, delay)
                await asyncio.sleep(delay)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Release everything that waits if a defect of this library ended the task."""
        if not task.cancelled() and (bug := task.exception()) is not None:
            _log.critical("%s: failed", self._url, exc_info=bug)
            lost = ConnectionLost(f"this client has failed: {bug!r}")
            lost.__cause__ = bug
            self._client.close(lost)

    async def _connection(self) -> tuple[str, int | None]:
        """Run one connection; return the reason of its end and its close code."""
        codec = self._client.codec
        try:
            parse_uri(self._url)
        except (InvalidURI, ValueError) as error:  # ValueError: an invalid port
            return str(error), None
        try:
            async with connect(
                self._url,
                create_connection=WebSocket,
                ssl=self._tls,
                logger=_frames_log,
                subprotocols=[Subprotocol(codec.subprotocol)],
                compression=None,  # it costs more than it saves on messages this small
                proxy=None,  # no intermediary between a trader and the venue
                open_timeout=OPEN_TIMEOUT,
                ping_interval=PING_INTERVAL,
                ping_timeout=PING_INTERVAL,
                close_timeout=CLOSE_TIMEOUT,
                max_size=MAX_MESSAGE,
            ) as websocket:
                assert isinstance(websocket, WebSocket)
                self._websocket = websocket
                return await self._live(websocket)
        except ssl.SSLCertVerificationError as error:
            return refusal(error), None
        except (OSError, WebSocketException) as error:
            return str(error) or type(error).__name__, None
        finally:
            self._websocket = None

    async def _live(self, websocket: WebSocket) -> tuple[str, int | None]:
        """Run a connection until nothing more can arrive, then notify the client."""
        self._abort_reason = ""
        self._client.connection_made()
        writer = asyncio.create_task(self._write(websocket))
        loop = asyncio.get_running_loop()
        patience = loop.call_later(OPEN_TIMEOUT, self._give_up_greeting)
        code = None
        try:
            await self._read(websocket)
            reason = "closed"
        except ConnectionClosed as error:
            reason = self._abort_reason or str(error)
            if error.rcvd is not None:
                code = error.rcvd.code
                self._client.connection_closed(code, error.rcvd.reason)
        except UnusableConnection as error:
            reason = str(error)
        finally:
            patience.cancel()
            writer.cancel()
            await asyncio.wait([writer])
        self._client.connection_lost(reason)  # saying goodbye takes a while
        return reason, code

    def _give_up_greeting(self) -> None:
        if self._client.state is not State.ONLINE:
            self.abort(f"the venue did not let this client in within {OPEN_TIMEOUT} s")

    async def _read(self, websocket: WebSocket) -> None:
        """Pass on everything that arrives until the client is closed.

        The client accepts every message within its limits, so there is no reason to
        pause reading.
        """
        time = asyncio.get_running_loop().time
        client = self._client
        while not client.closed:
            client.receive(await websocket.message(), time())
            if client.wants_to_send:
                self._output.set()

    async def _write(self, websocket: WebSocket) -> None:
        """Send everything in order; a full socket delays this task."""
        text = not self._client.codec.binary
        while True:
            await self._output.wait()
            self._output.clear()
            try:
                for frame in self._client.take():
                    await websocket.send(frame, text=text)
            except ConnectionClosed:
                return  # the reader reports the reason
