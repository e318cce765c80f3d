"""The HTTP clients, against a server that answers as the peer does."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from typing import Self

import pytest

from benchmarks.gateway_peer import Clients, content_length, run


class Peer:
    """Takes orders, and cancels of orders that were taken.

    Within the block it serves at ``port``; behind it all its connections are closed.
    """

    port = 0

    def __init__(self, status: str = "200 OK") -> None:
        self.status = status
        self.orders: set[bytes] = set()
        self.cancels = 0
        self._ids = itertools.count(1)
        self._serving: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._serving)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._serving.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            await self._answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while head := await reader.readline():
            rest = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(content_length(rest))
            self._take(head)
            body = b'{"order_id":%d,"seq":1}' % next(self._ids)
            self.orders.add(re.findall(rb"\d+", body)[0])
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b"
                % (self.status.encode(), len(body), body)
            )

    def _take(self, head: bytes) -> None:
        if head.startswith(b"DELETE"):
            found = re.search(rb"/orders/(\d+)\?account=\d", head)
            assert found is not None
            assert found[1] in self.orders
            self.cancels += 1


async def test_the_clients_cancel_orders_that_they_were_given() -> None:
    async with Peer() as peer:
        assert await run(Clients(peer.port, 2, 200)) > 0
    assert 50 < peer.cancels < 100  # 40 % of 200


async def test_a_refusal_ends_the_run() -> None:
    async with Peer("503 Service Unavailable") as peer:
        with pytest.raises(ConnectionError, match="the peer refused"):
            await run(Clients(peer.port, 1, 10))
