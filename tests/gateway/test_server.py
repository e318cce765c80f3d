"""The shell before a connection is one: HTTP pages and handshakes."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from carbonex.gateway.server.server import Server
from gateway.http_pages import exchange_http, get
from market import CEA, config, make_market
from stranger import JSON, MSGPACK, Stranger, eventually


if TYPE_CHECKING:
    from pathlib import Path


# Pages.


@pytest.mark.parametrize(
    ("path", "status", "kind", "text"),
    [
        ("/health", 200, "text/plain", b"alive\n"),
        ("/ready", 200, "text/plain", b"online\n"),
        ("/", 200, "text/html", b"carbonex.v1.msgpack"),
        ("/?a=1", 200, "text/html", b"/metrics"),
        ("/nowhere", 404, "text/plain", b"/nowhere does not exist"),
    ],
)
async def test_pages(
    server: Server, path: str, status: int, kind: str, text: bytes
) -> None:
    got, head, body = await get(server.port, path)
    assert got == status
    assert f"Content-Type: {kind}" in head
    assert f"Content-Length: {len(body)}" in head
    assert text in body


async def test_metrics_tell_what_happened(server: Server) -> None:
    async with Stranger(server.port) as maker:
        await maker.login("maker")
        await maker.send("add_order", instrument=CEA, side="buy", price="9", quantity=0)
        await maker.call("add_order", instrument=CEA, side="buy", price="9", quantity=1)
        _, _, body = await get(server.port, "/metrics")
    lines = body.decode().splitlines()
    assert "carbonex_connections 1.0" in lines
    assert 'carbonex_rejects_total{reason="BAD_QTY"} 1.0' in lines
    assert f"carbonex_seq {float(server.venue.exchange.seq)}" in lines
    (count,) = (s for s in lines if s.startswith("carbonex_commit_seconds_count"))
    assert float(count.split()[1]) >= 2


@pytest.mark.parametrize(
    ("request_line", "rest", "status"),
    [
        ("POST / HTTP/1.1", "Content-Length: 3\r\n\r\nabc", 405),
        ("POST /health HTTP/1.1", "Content-Length: 0\r\n\r\n", 405),
        ("PUT /metrics HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\n", 405),
        ("DELETE / HTTP/1.1", "\r\n", 405),
        ("HEAD /health HTTP/1.1", "\r\n", 405),
        ("GET /health HTTP/2.0", "\r\n", 400),
        ("GET / HTTP/1.1", "no colon\r\n\r\n", 400),
        ("\x16\x03\x01\x02", "\r\n\r\n", 400),
        ("GET /" + "a" * 10_000 + " HTTP/1.1", "\r\n", 414),
        ("GET / HTTP/1.1", "x: " + "a" * 10_000 + "\r\n\r\n", 431),
        ("GET /ws HTTP/1.1", "Upgrade: websocket\r\n\r\n", 404),
        ("GET / HTTP/1.1", "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", 426),
    ],
)
async def test_requests_that_are_not_served(
    server: Server, request_line: str, rest: str, status: int
) -> None:
    data = f"{request_line}\r\nHost: x\r\n{rest}".encode("latin-1")
    got, head, body = await exchange_http(server.port, data)
    assert got == status
    if status == 405:
        assert "Allow: GET" in head
    if request_line.startswith("HEAD"):
        assert body == b""


async def test_a_body_may_follow_its_refusal(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
    assert (await reader.readline()).startswith(b"HTTP/1.1 405 ")
    writer.write(b"def")
    await reader.read()
    writer.close()
    await eventually(lambda: len(server.clients) == 0)
    assert caplog.records == []  # where event loops report what went wrong


async def test_a_request_may_arrive_byte_by_byte(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for byte in b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n":
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert (await reader.read()).endswith(b"alive\n")
    writer.close()


async def test_a_handshake_that_takes_too_long_is_dropped(tmp_path: Path) -> None:
    venue = config(handshake_seconds=0.1)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HT")
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(_read_all(reader), 10)
        writer.close()


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    data = await reader.read()
    if not data:  # some event loops report a reset as an end
        raise ConnectionResetError
    return data


# Handshakes.


async def test_an_unknown_subprotocol_is_refused(server: Server) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"ws://127.0.0.1:{server.port}", subprotocols=["soap"])  # type: ignore[list-item]
    assert caught.value.response.status_code == 400
    assert b"carbonex.v1.json" in (caught.value.response.body or b"")


async def test_the_clients_first_known_subprotocol_is_chosen(server: Server) -> None:
    offers = ["soap", MSGPACK, JSON]
    async with connect(f"ws://127.0.0.1:{server.port}", subprotocols=offers) as client:  # type: ignore[arg-type]
        assert client.subprotocol == MSGPACK
        assert isinstance(await client.recv(), bytes)


async def test_compression_is_not_negotiated(server: Server) -> None:
    async with connect(f"ws://127.0.0.1:{server.port}") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_one_connection_too_many_is_told_so(tmp_path: Path) -> None:
    venue = config(connections=2)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        async with Stranger(server.port), Stranger(server.port):
            with pytest.raises(InvalidStatus) as caught:
                await connect(f"ws://127.0.0.1:{server.port}")
            assert caught.value.response.status_code == 503
            assert (await get(server.port, "/ready"))[0] == 200
        async with Stranger(server.port) as client:
            await client.call("ping")


async def test_a_socket_writes_without_delay(server: Server) -> None:
    async with Stranger(server.port):
        (connection,) = server.clients._connections
        raw = connection._transport.get_extra_info("socket")
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
