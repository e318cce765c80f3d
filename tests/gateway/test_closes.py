"""How the venue ends connections, over TCP alone and over TLS.

Clients have an hour to end theirs, so that what happens in a test did not wait
for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import TEXT, Frame

from carbonex.gateway.server.server import Server
from gateway.certificates import Authority, secured, trusting
from market import CEA, config, make_market
from stranger import Stranger, eventually


if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from pathlib import Path


HOUR = 3600.0  # seconds
TLS = pytest.mark.parametrize("tls", ["ws", "wss"], indirect=True)
SESSION: dict[str, Any] = {"session": "desk"}


@pytest.fixture
def tls(request: pytest.FixtureRequest, authority: Authority) -> ssl.SSLContext | None:
    """Return what clients speak; None for TCP alone."""
    if request.param == "ws":
        return None
    authority.sign("venue")
    return trusting(authority)


@contextlib.asynccontextmanager
async def serve(
    directory: Path, tls: ssl.SSLContext | None, **limits: float
) -> AsyncIterator[Server]:
    limits = {"close_seconds": HOUR, **limits}
    chosen = config(**limits) if tls is None else secured(**limits)
    make_market(directory, chosen)
    async with Server.start(directory, chosen) as server:
        yield server


def write(client: Stranger, *frames: Frame, mask: bool = True) -> None:
    data = b"".join(frame.serialize(mask=mask) for frame in frames)
    client.socket.transport.write(data)


def requests(client: Stranger, method: str, count: int) -> list[Frame]:
    texts = [client.encode(method) for _ in range(count)]
    return [Frame(TEXT, text.encode()) for text in texts if isinstance(text, str)]


async def answers(client: Stranger) -> list[int]:
    """Return the requests that are answered until the connection is closed."""
    found = []
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = json.loads(await client.socket.recv())
                if "req_id" in message:
                    found.append(message["req_id"])
    return found


@TLS
async def test_who_asks_too_much_hears_every_answer_and_why_it_was_closed(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls, requests_per_second=50, burst=50)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        write(client, *requests(client, "ping", 20_000))  # some is still on its way
        answered = await answers(client)
        assert len(answered) > 50
        assert answered == list(range(1, len(answered) + 1))
        assert client.socket.close_code == 1008
        await eventually(lambda: len(server.clients) == 0)


@TLS
@pytest.mark.parametrize(
    ("frame", "mask", "code"),
    [
        (Frame(TEXT, b"{}"), False, 1002),
        (Frame(TEXT, b"\xff"), True, 1007),
        (Frame(TEXT, b"x" * 10_000_000), True, 1009),
    ],
    ids=["unmasked", "no text", "too long"],
)
async def test_who_breaks_the_protocol_hears_why_and_is_let_go(
    tmp_path: Path, tls: ssl.SSLContext | None, frame: Frame, mask: bool, code: int
) -> None:
    venue = serve(tmp_path / "venue", tls)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        answered = requests(client, "ping", 1)
        write(client, *answered)
        write(client, frame, mask=mask)
        assert await answers(client) == [1]
        assert client.socket.close_code == code
        await eventually(lambda: len(server.clients) == 0)


@TLS
async def test_a_stop_waits_for_nobody_who_hears_it(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        await client.call("ping")
        await asyncio.wait_for(server.stop(), 30)
        assert len(server.clients) == 0
        await client.socket.wait_closed()
        closed = client.socket.close_code, client.socket.close_reason
        assert closed == (1001, "server shutdown")


@TLS
async def test_whose_session_is_taken_over_is_let_go(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls)
    async with (
        venue as server,
        Stranger(server.port, tls=tls) as first,
        Stranger(server.port, tls=tls) as second,
    ):
        await first.login("maker", **SESSION)
        await second.login("maker", **SESSION)
        await eventually(lambda: len(server.clients) == 1)
        await first.socket.wait_closed()
        closed = first.socket.close_code, first.socket.close_reason
        assert closed == (1008, "session taken over")
        await second.call("ping")


async def stop_reading(server: Server, client: Stranger) -> None:
    """Ask for more than the sockets hold, and read nothing."""
    await client.login("maker")
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    for _ in range(10):
        await client.call("batch_add", orders=[order] * 50)
    (connection,) = server.clients.connections()
    client.socket.transport.pause_reading()
    while not connection.outbox.paused:
        write(client, *requests(client, "open_orders", 10))
        await asyncio.sleep(0.001)


@TLS
async def test_who_reads_late_hears_everything_before_the_close(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls, outbox_bytes=2**26)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        await stop_reading(server, client)
        begun = len(client.frames)  # the next req_id: the greeting answers none
        server.clients.close_all(1013, "slow_consumer")
        client.socket.transport.resume_reading()
        answered = await answers(client)
        assert answered == list(range(begun, begun + len(answered)))
        assert len(answered) >= 10
        assert client.socket.close_code == 1013
        await eventually(lambda: len(server.clients) == 0)


@TLS
async def test_who_never_reads_is_cut_off_all_the_same(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls, close_seconds=0.1, outbox_bytes=2**26)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        await stop_reading(server, client)
        server.clients.close_all(1013, "slow_consumer")
        await eventually(lambda: len(server.clients) == 0)
        client.socket.transport.abort()


@TLS
async def test_who_answers_nothing_is_cut_off_all_the_same(
    tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    venue = serve(tmp_path / "venue", tls, close_seconds=0.1)
    async with venue as server, Stranger(server.port, tls=tls) as client:
        client.socket.transport.pause_reading()
        server.clients.close_all(1008, "for a test")
        await eventually(lambda: len(server.clients) == 0)
        client.socket.transport.abort()
