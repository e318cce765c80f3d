"""The shell once connected: hostile frames, slow readers, silent clients."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import BINARY, CONT, PING, TEXT, Frame

from carbonex.gateway.server.server import Server
from market import CEA, config, make_market
from stranger import Stranger, eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


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
        await eventually(lambda: connection not in server.clients._connections)
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
    """Ask for a long list again and again until the venue has had enough."""
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
    venue = config(outbox_bytes=512 * 1024, slow_seconds=0.1, close_seconds=0.1)
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
