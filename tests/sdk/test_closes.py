"""What a close by the venue is to a client: known at once, after all that came before.

Where one side waits for the other to end TCP it has an hour for it, so that what
happens in a test did not wait for that.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from carbonex.sdk import (
    ConnectionLost,
    SessionTakenOver,
    VenueError,
    connect,
    transport,
)
from carbonex.wire.codec import JSON
from gateway.certificates import Authority
from sdk.market import set_up, until
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from carbonex.sdk import Venue


HOUR = 3600.0  # seconds


@contextlib.asynccontextmanager
async def venue_that_closes(
    code: int, reason: str
) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Serve each client until it asks for more than pings; the event then ends TCP.

    What it asked before is answered in one write with the close frame.
    """
    let_go = asyncio.Event()

    async def converse(websocket: ServerConnection) -> None:
        status = {"venue": "fake", "epoch": 1, "state": "online"}
        status |= {"connection_id": "c-1", "challenge": ""}
        greeting = {"channel": "status", "type": "snapshot", "data": [status]}
        await websocket.send(msgspec.json.encode(greeting), text=True)
        answers: list[bytes] = []
        async for message in websocket:
            request = msgspec.json.decode(message)
            if request["method"] not in {"subscribe", "ping"}:
                break
            answers.append(answer(request))
        websocket.transport.pause_reading()  # so that it never sees the client's end
        for each in answers:
            websocket.protocol.send_text(each)
        websocket.protocol.send_close(code, reason)
        websocket.send_data()
        await let_go.wait()
        websocket.transport.abort()

    async with serve(
        converse, "127.0.0.1", 0, subprotocols=[Subprotocol(JSON.subprotocol)]
    ) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", let_go


def answer(request: dict[str, Any]) -> bytes:
    result = {"channel": "heartbeat"} if request["method"] == "subscribe" else {}
    times = {"time_in": 1, "time_out": 1}
    about = {key: request[key] for key in ("method", "req_id")}
    return msgspec.json.encode({**about, **times, "success": True, "result": result})


async def test_a_close_frame_ends_the_connection_after_all_that_came_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "CLOSE_TIMEOUT", HOUR)
    why = r"received 1008 \(policy violation\) for a test"
    async with (
        venue_that_closes(1008, "for a test") as (url, let_go),
        connect(url) as venue,
    ):
        pings = [asyncio.create_task(venue.ping()) for _ in range(3)]
        await asyncio.sleep(0)  # so that they are asked first
        with pytest.raises(ConnectionLost, match=f"no answer came: {why}") as lost:
            await venue.list_instrument("X")
        assert lost.value.sent
        assert all(ping.done() and ping.result() >= 0 for ping in pings)
        assert not venue.online
        with pytest.raises(ConnectionLost, match=f"not sent: .*: {why}") as lost:
            await venue.list_instrument("X")
        assert not lost.value.sent
        let_go.set()


# A real venue, over TLS.


@contextlib.asynccontextmanager
async def secured(directory: Path, **limits: float) -> AsyncIterator[Secured]:
    """Serve a venue over TLS whose clients have an hour to end their connections."""
    keys = set_up(directory)
    authority = Authority(directory)
    files = authority.sign("venue")
    tls = {"certificate": files.certificate.name, "key": files.key.name}
    write_config(directory, close_seconds=HOUR, **tls, **limits)
    async with VenueProcess(directory) as process:
        yield Secured(process, keys["maker"], authority.path)


class Secured(NamedTuple):
    process: VenueProcess
    key: Path
    authority: Path

    def connect(self, session: str = "") -> AbstractAsyncContextManager[Venue]:
        url = f"wss://127.0.0.1:{self.process.port}"
        return connect(url, self.key, tls=self.authority, session=session)


async def test_over_tls_a_client_knows_at_once_that_it_was_taken_over_from(
    tmp_path: Path,
) -> None:
    async with (
        secured(tmp_path) as venue,
        venue.connect("desk") as first,
        venue.connect("desk") as second,
    ):
        await until(lambda: not first.online)
        with pytest.raises(SessionTakenOver):
            await first.ping()
        await second.ping()
        assert await venue.process.stop() == 0


async def test_over_tls_a_stop_waits_for_no_client(tmp_path: Path) -> None:
    async with secured(tmp_path) as venue, venue.connect() as client:
        await client.ping()
        assert await venue.process.stop() == 0
        await until(lambda: not client.online)
        with pytest.raises(ConnectionLost, match=r"received 1001 .* server shutdown"):
            await client.buy("CEA25", 1, "70.00")


async def test_over_tls_who_asks_too_much_hears_every_answer_and_why_it_ended(
    tmp_path: Path,
) -> None:
    limits = {"requests_per_second": 50, "burst": 50}
    async with secured(tmp_path, **limits) as venue, venue.connect() as client:
        asked = [client.list_instrument("X") for _ in range(2_000)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        answered = [each for each in told if isinstance(each, VenueError)]
        assert 50 < len(answered) < len(told)
        assert told[: len(answered)] == answered
        for lost in told[len(answered) :]:
            assert "received 1008 (policy violation)" in str(lost)
        assert await venue.process.stop() == 0
