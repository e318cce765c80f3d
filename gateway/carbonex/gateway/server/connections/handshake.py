"""The start of every TCP connection: an HTTP request and its outcome.

A WebSocket handshake hands the transport over to a ``Connection``. Any other request is
answered with a page, and the connection is closed.
"""

from __future__ import annotations

import asyncio
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol, cast, final

from websockets.exceptions import NegotiationError
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from carbonex.gateway.holds import REQUEST
from carbonex.wire.codec import BY_SUBPROTOCOL

from .connection import Connection
from .gate import peer_address
from .host import Host
from .messages import release
from .pages import SOCKET_PATH, page, refuse, refuse_method


if TYPE_CHECKING:
    from collections.abc import Sequence

    from websockets.datastructures import Headers
    from websockets.http11 import Response
    from websockets.typing import Subprotocol

    from .gate import Refusal
    from .pages import Pages


class Guest(Protocol):
    """A TCP connection whose handshake is not complete."""

    address: str

    def abort(self) -> None:
        """Abort the connection at once."""


class Porter(Host, Protocol):
    """The interface of the server that a handshake needs."""

    def arrived(self, guest: Guest) -> bool:
        """Count a new TCP connection; return False if its address has far too many."""

    def requested(self, guest: Guest) -> Refusal | None:
        """Count a handshake; return the refusal, or None."""

    def refusal(self, guest: Guest, headers: Headers) -> Refusal | None:
        """Return why this request cannot open a WebSocket now, or None."""

    def departed(self, guest: Guest) -> None:
        """Forget a guest that disconnected or became a ``Connection``."""


@final
class Handshake(asyncio.Protocol):
    """A connection until its request is answered.

    The whole handshake must finish within ``handshake_seconds``, so that clients that
    send a byte a minute do not occupy a connection for long.
    """

    def __init__(self, host: Porter, pages: Pages) -> None:
        self._host = host
        self._pages = pages
        self._start = b""  # the first bytes of the request
        self._last = b""  # its last bytes so far
        self._refusal: Refusal | None = None
        self._websocket = _Websocket(
            max_size=(host.limits.frame_bytes, None), logger=_silence
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the handshake, and start its timeout."""
        self.begin(transport)
        self._refusal = self._host.requested(self)

    def begin(self, transport: asyncio.BaseTransport) -> None:
        """Start the timeout, and count the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self.address = peer_address(transport)
        self._timer = asyncio.get_running_loop().call_later(
            self._host.limits.handshake_seconds, self._transport.abort
        )
        if not self._host.arrived(self):
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse a piece of the request; ignore data after the answer."""
        websocket = self._websocket
        if websocket.eof_sent:
            return
        holds = self._host.holds
        holds.begin()
        data, early = self._cut(data)
        websocket.receive_data(data)
        events = websocket.events_received()
        if events:
            request = events[0]
            assert isinstance(request, Request)
            websocket.send_response(self._response(request))
        elif not websocket.eof_sent:
            return
        writes = websocket.data_to_send()
        if writes == [b""]:
            # The parser closes silently if the request is not a plain GET.
            writes.insert(0, _unreadable(self._start).serialize())
        self._transport.write(b"".join(writes))
        if held_ns := holds.lap():
            holds.tell(REQUEST, held_ns, address=self.address)
        if websocket.state is OPEN:
            self._hand_over(early)
        elif self._transport.can_write_eof():
            self._transport.write_eof()
        else:  # TLS has no half-close
            self._transport.close()

    def eof_received(self) -> None:
        """Let the transport close."""
        self._websocket.receive_eof()

    def connection_lost(self, _error: Exception | None) -> None:
        """Stop the timeout, and release everything."""
        self._timer.cancel()
        release(self._websocket)
        self._host.departed(self)

    def abort(self) -> None:
        """Abort the connection at once."""
        self._transport.abort()

    def _response(self, request: Request) -> Response:
        if self._refusal is not None:
            return refuse(self._refusal)
        path = request.path.partition("?")[0]
        opens = path == SOCKET_PATH and "Upgrade" in request.headers
        if request.method != "GET" or not opens:
            return self._pages.respond(request.method, request.path)
        refusal = self._host.refusal(self, request.headers)
        if refusal is not None:
            return refuse(refusal)
        return self._websocket.accept(request)

    def _cut(self, data: bytes) -> tuple[bytes, bytes]:
        """Split ``data`` into bytes of the request and bytes that follow it early."""
        self._start = (self._start + data[:8])[:8]
        seen = self._last + data
        end = seen.find(_END)
        cut = len(data) if end < 0 else end + len(_END) - len(self._last)
        self._last = seen[-3:]
        return data[:cut], data[cut:]

    def _hand_over(self, early: bytes) -> None:
        self._timer.cancel()
        self._host.departed(self)
        connection = Connection(self._host, self._transport, self._websocket)
        self._transport.set_protocol(connection)
        connection.data_received(early)


class _Websocket(ServerProtocol):
    """The WebSocket protocol with our choice of subprotocol."""

    def select_subprotocol(
        self, subprotocols: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """Return the first supported offer; None (JSON) if nothing is offered."""
        for name in subprotocols:
            if name in BY_SUBPROTOCOL:
                return name
        if subprotocols:
            raise NegotiationError(f"offer one of {', '.join(BY_SUBPROTOCOL)}")
        return None


# The library would log three lines per connection.
_silence: Final = logging.getLogger("carbonex.websockets")
_silence.setLevel(logging.ERROR)

_END: Final = b"\r\n\r\n"  # ends a request's head; supported requests have no body
_METHOD: Final = re.compile(rb"(?!GET )[A-Z]{2,7} ")


def _unreadable(start: bytes) -> Response:
    """Return the response to a request that cannot be parsed."""
    if _METHOD.match(start):  # other methods may have a body, which stops the parser
        return refuse_method(start.partition(b" ")[0].decode())
    return page(HTTPStatus.BAD_REQUEST, "this is no request of HTTP/1.1\n")
