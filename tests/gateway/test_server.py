"""The shell: HTTP pages, handshakes, hostile frames, slow readers, limits."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import BINARY, CONT, PING, TEXT, Frame

from carbonex.gateway.server.server import Server
from market import CEA, config, make_market
from stranger import JSON, MSGPACK, Stranger, eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    venue = config(frame_bytes=64 * 1024, outbox_bytes=512 * 1024)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        yield server


async def exchange_http(port: int, request: bytes) -> tuple[int, str, bytes]:
    """Send raw bytes, read to the end; return status, headers and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    data = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, head.decode(), body


async def get(port: int, path: str) -> tuple[int, str, bytes]:
    return await exchange_http(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


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


# Frames.


@contextlib.asynccontextmanager
async def raw(server: Server) -> AsyncIterator[Stranger]:
    """A client whose bytes a test writes by itself, after the handshake."""
    client = Stranger(server.port)
    async with client:
        yield client


async def write(client: Stranger, *frames: Frame, mask: bool = True) -> None:
    data = b"".join(frame.serialize(mask=mask) for frame in frames)
    client.socket.transport.write(data)


async def closed_with(client: Stranger) -> int | None:
    await asyncio.wait_for(client.socket.wait_closed(), 10)
    return client.socket.close_code


async def test_a_message_beyond_the_limit_closes_with_1009(server: Server) -> None:
    async with raw(server) as client:
        await write(client, Frame(TEXT, b"x" * (64 * 1024 + 1)))
        assert await closed_with(client) == 1009


async def test_ten_megabytes_close_with_1009(server: Server) -> None:
    async with raw(server) as client:
        with contextlib.suppress(ConnectionClosed):
            await client.socket.send(b"x" * 10_000_000)
        assert await closed_with(client) == 1009


async def test_fragments_are_held_against_the_limit_in_sum(server: Server) -> None:
    async with raw(server) as client:
        piece = b"x" * 40_000
        await write(client, Frame(TEXT, piece, fin=False), Frame(CONT, piece))
        assert await closed_with(client) == 1009


async def test_text_that_is_not_utf8_closes_with_1007(server: Server) -> None:
    async with raw(server) as client:
        await write(client, Frame(TEXT, b'{"method":"\xff"}'))
        assert await closed_with(client) == 1007


async def test_utf8_may_be_cut_between_fragments(server: Server) -> None:
    async with raw(server) as client:
        text = '{"method":"ping","req_id":1,"参数":1}'.encode()
        cut = text.index("参".encode()) + 1
        await write(client, Frame(TEXT, text[:cut], fin=False), Frame(CONT, text[cut:]))
        answer = await client.receive()
        assert answer["error"]["name"] == "UNKNOWN_MEMBER"
        await client.call("ping")


@pytest.mark.parametrize(
    "frames",
    [
        [Frame(CONT, b"x")],
        [Frame(TEXT, b"x", fin=False), Frame(TEXT, b"x")],
        [Frame(TEXT, b"x", rsv1=True)],
    ],
    ids=["nothing to continue", "message within a message", "reserved bit"],
)
async def test_broken_frames_close_with_1002(
    server: Server, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Frame, "check", lambda _: None)  # of what we send, too
    async with raw(server) as client:
        data = b"".join(frame.serialize(mask=True) for frame in frames)
        monkeypatch.undo()
        client.socket.transport.write(data)
        assert await closed_with(client) == 1002


async def test_an_unmasked_frame_closes_with_1002(server: Server) -> None:
    async with raw(server) as client:
        await write(client, Frame(TEXT, b"{}"), mask=False)
        assert await closed_with(client) == 1002


async def test_the_wrong_kind_of_frame_is_answered(server: Server) -> None:
    async with raw(server) as client:
        await write(client, Frame(BINARY, b'{"method":"ping"}'))
        answer = await client.receive()
        assert answer["error"]["name"] == "WRONG_ENCODING"
        await client.call("ping")


async def test_a_ping_is_answered_with_its_payload(server: Server) -> None:
    async with raw(server) as client:
        pong = await client.socket.ping(b"are you there")
        await asyncio.wait_for(pong, 10)


async def test_pings_without_end_from_one_who_does_not_read(server: Server) -> None:
    async with raw(server) as client:
        client.socket.transport.pause_reading()
        ping = Frame(PING, b"x" * 125).serialize(mask=True) * 1000
        (connection,) = server.clients._connections
        for _ in range(200):
            client.socket.transport.write(ping)
            await asyncio.sleep(0)
            if client.socket.transport.is_closing() or not len(server.clients):
                break
        await asyncio.sleep(0.05)
        assert connection not in server.clients._connections
        client.socket.transport.abort()


async def test_what_was_sent_before_a_close_is_done(server: Server) -> None:
    seq = server.venue.exchange.seq
    async with raw(server) as client:
        await client.login("maker")
        order = client.encode(
            "add_order", instrument=CEA, side="buy", price="9", quantity=1
        )
        assert isinstance(order, str)
        await write(client, *[Frame(TEXT, order.encode())] * 3)
        await client.socket.close()
    await eventually(lambda: server.venue.exchange.seq == seq + 3)
    assert len(server.venue.exchange.accounts["maker"].orders) == 3


# Those who do not read, and those who do not speak.


async def ask_without_reading(server: Server, client: Stranger) -> None:
    """Ask for a long list again and again until the outbox is beyond its limit."""
    await client.login("maker")
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    for _ in range(10):
        await client.call("batch_add", orders=[order] * 50)
    (connection,) = (
        c for c in server.clients._connections if c.session.key_id == "maker"
    )
    client.socket.transport.pause_reading()
    request = client.encode("open_orders")
    assert isinstance(request, str)
    data = Frame(TEXT, request.encode()).serialize(mask=True) * 10
    while connection.outbox.closing is None:
        client.socket.transport.write(data)
        await asyncio.sleep(0.001)


async def test_a_slow_consumer_is_closed_with_1013(server: Server) -> None:
    async with raw(server) as slow, Stranger(server.port) as other:
        await ask_without_reading(server, slow)
        await other.call("ping")  # nobody else suffers
        slow.socket.transport.resume_reading()
        reading = asyncio.create_task(_read_messages(slow))
        assert await closed_with(slow) == 1013
        assert slow.socket.close_reason == "slow_consumer"
        assert await reading > 10
        assert server._metrics.evictions == 1


async def _read_messages(client: Stranger) -> int:
    count = 0
    with contextlib.suppress(ConnectionClosed):
        while True:
            await client.socket.recv()
            count += 1
    return count


async def test_long_answers_to_one_who_reads_are_no_reason_to_close(
    server: Server,
) -> None:
    async with raw(server) as client:
        await client.login("maker")
        order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
        for _ in range(10):
            await client.call("batch_add", orders=[order] * 50)
        request = client.encode("open_orders")
        assert isinstance(request, str)
        await write(client, *[Frame(TEXT, request.encode())] * 50)
        for _ in range(50):
            answer = await client.receive()
            assert len(answer["result"]["orders"]) == 500


async def test_a_slow_consumer_who_never_reads_is_dropped(tmp_path: Path) -> None:
    venue = config(outbox_bytes=512 * 1024, close_seconds=0.1)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server, Stranger(server.port) as slow:
        await ask_without_reading(server, slow)
        await eventually(lambda: len(server.clients) == 0)
        slow.socket.transport.abort()


async def test_a_client_that_is_silent_for_two_pings_is_dropped(
    tmp_path: Path,
) -> None:
    venue = config(ping_seconds=0.05)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        async with Stranger(server.port) as silent:
            silent.socket.transport.pause_reading()  # so it sees no ping
            await eventually(lambda: len(server.clients) == 0)
            silent.socket.transport.abort()
        async with Stranger(server.port) as listener:  # its library sends pongs
            await asyncio.sleep(0.5)
            await listener.call("ping")
