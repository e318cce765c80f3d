"""The start of a TCP connection where TLS comes before HTTP.

A connection counts from the moment it is accepted. The event loop's own TLS server
reports a connection only after its handshake, so that a client that never finishes
handshakes could take all file descriptors uncounted.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, cast, final

from .gate import peer_address
from .handshake import Handshake


if TYPE_CHECKING:
    import ssl

    from .handshake import Porter
    from .pages import Pages


@final
class TlsHandshake(asyncio.Protocol):
    """A connection until its TLS handshake is done; a ``Handshake`` follows.

    The TLS handshake must finish within ``handshake_seconds``. Connections from an
    address above its handshake limit are dropped before any cryptography.
    """

    def __init__(self, host: Porter, pages: Pages, tls: ssl.SSLContext) -> None:
        self._host = host
        self._pages = pages
        self._tls = tls
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the socket, unless the address is above a limit."""
        raw = cast("asyncio.Transport", transport)  # uvloop's only has the same methods
        self.address = peer_address(transport)
        if self._host.arrived(self) and self._host.requested(self) is None:
            # Duplicate the socket: this transport would soon read bytes meant for TLS.
            own = raw.get_extra_info("socket")
            copy = socket.fromfd(own.fileno(), own.family, own.type, own.proto)
            copy.setblocking(False)  # noqa: FBT003 - the standard library's parameter
            self._task = asyncio.get_running_loop().create_task(self._secure(copy))
        else:
            self._host.departed(self)
        raw.abort()

    def abort(self) -> None:
        """Abort the connection at once."""
        if self._task is not None:
            self._task.cancel()

    async def _secure(self, connection: socket.socket) -> None:
        """Do the TLS handshake; ignore the client's errors."""
        limits = self._host.limits
        try:
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().connect_accepted_socket(
                    self._secured,
                    connection,
                    ssl=self._tls,
                    ssl_handshake_timeout=limits.handshake_seconds,
                    ssl_shutdown_timeout=limits.close_seconds,
                )
        finally:
            self._host.departed(self)

    def _secured(self) -> _Secured:
        return _Secured(self, self._host, self._pages)


@final
class _Secured(asyncio.Protocol):
    """Hands a connection over to ``Handshake`` once its TLS handshake is done."""

    def __init__(self, tls_handshake: TlsHandshake, host: Porter, pages: Pages) -> None:
        self._tls_handshake = tls_handshake
        self._host = host
        self._pages = pages

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._host.departed(self._tls_handshake)
        handshake = Handshake(self._host, self._pages)
        secure = cast("asyncio.Transport", transport)
        secure.set_protocol(handshake)
        handshake.begin(secure)
