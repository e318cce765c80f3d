"""The beginning of a TCP connection where TLS comes before HTTP.

It is counted from the moment that it is accepted: the loop's own TLS server tells
of a connection only when its handshake is done, so that whoever never finishes
one could hold as many as there are file descriptors.
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
    """One connection until its TLS handshake is done; a ``Handshake`` goes on.

    It has ``handshake_seconds`` for it. Whose address has had its share of
    handshakes is dropped before any cryptography.
    """

    def __init__(self, host: Porter, pages: Pages, tls: ssl.SSLContext) -> None:
        self._host = host
        self._pages = pages
        self._tls = tls
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket over, if the address may have one more."""
        raw = cast("asyncio.Transport", transport)  # uvloop's is only like one
        self.address = peer_address(transport)
        if self._host.arrived(self) and self._host.requested(self) is None:
            # A copy, as this transport would soon read what is for TLS to read.
            own = raw.get_extra_info("socket")
            copy = socket.fromfd(own.fileno(), own.family, own.type, own.proto)
            copy.setblocking(False)  # noqa: FBT003 - the standard library's parameter
            self._task = asyncio.get_running_loop().create_task(self._secure(copy))
        else:
            self._host.departed(self)
        raw.abort()

    def abort(self) -> None:
        """End the connection at once."""
        if self._task is not None:
            self._task.cancel()

    async def _secure(self, connection: socket.socket) -> None:
        """Do the TLS handshake; what goes wrong is the client's business."""
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
    """Hands a connection over whose TLS handshake is done."""

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
