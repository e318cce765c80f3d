"""A bare echo server: the upper limit of the transport on this machine.

``python -m benchmarks.echo websocket``: a Sans-I/O ``ServerProtocol`` in an
``asyncio.Protocol`` on uvloop, without compression, one write per chunk read.
``tcp``: the same without a WebSocket. It prints its port and serves until killed.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Final, cast

import uvloop
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.server import ServerProtocol


class Echo(asyncio.Protocol):
    """One connection that sends back every data frame."""

    def __init__(self) -> None:
        self._protocol = ServerProtocol(max_size=2**20)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("socket")
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
            elif isinstance(event, Frame) and event.opcode in (1, 2):
                protocol.send_text(event.data)
        if out := protocol.data_to_send():
            self._transport.write(b"".join(out))


class BareEcho(asyncio.Protocol):
    """One connection that sends back every chunk."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


KINDS: Final = {"websocket": Echo, "tcp": BareEcho}


async def serve(kind: str) -> None:
    """Serve on a free port and print the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(KINDS[kind], "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
