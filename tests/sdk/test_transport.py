"""The WebSocket shell, against venues that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from carbonex.sdk import (
    ConnectionLost,
    Timeouts,
    Venue,
    connect,
    generate_key,
    transport,
)
from carbonex.wire.codec import JSON


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    Behaviour = Callable[[ServerConnection], Awaitable[None]]


@contextlib.asynccontextmanager
async def venue_that(*behaviours: Behaviour) -> AsyncIterator[str]:
    """Serve one behaviour per connection, the last one for all that follow."""
    waiting = list(behaviours)

    async def converse(websocket: ServerConnection) -> None:
        behaviour = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        await behaviour(websocket)

    async with serve(
        converse,
        "127.0.0.1",
        0,
        subprotocols=[Subprotocol(JSON.subprotocol)],
        close_timeout=0.1,
    ) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def greet(websocket: ServerConnection) -> None:
    status = {
        "venue": "fake",
        "epoch": 1,
        "state": "online",
        "connection_id": "c-1",
        "challenge": "",
    }
    await send(websocket, {"channel": "status", "type": "snapshot", "data": [status]})


async def send(websocket: ServerConnection, message: dict[str, Any]) -> None:
    await websocket.send(msgspec.json.encode(message), text=True)


async def answer_everything(websocket: ServerConnection) -> None:
    await greet(websocket)
    async for message in websocket:
        request = msgspec.json.decode(message)
        result = {"channel": "heartbeat"}
        await send(
            websocket,
            {
                "method": request["method"],
                "req_id": request["req_id"],
                "success": True,
                "time_in": 1,
                "time_out": 1,
                "result": result if request["method"] == "subscribe" else {},
            },
        )


async def send_away(websocket: ServerConnection) -> None:
    await greet(websocket)
    await websocket.close(1013, "slow_consumer")


async def talk_nonsense(websocket: ServerConnection) -> None:
    await greet(websocket)
    await websocket.send("nonsense")
    await websocket.wait_closed()


async def say_nothing(websocket: ServerConnection) -> None:
    await websocket.wait_closed()


async def greet_and_sleep(websocket: ServerConnection) -> None:
    await greet(websocket)
    await websocket.wait_closed()


@pytest.mark.parametrize("behaviour", [send_away, talk_nonsense])
async def test_whatever_ends_a_connection_another_one_follows(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carbonex.sdk.backoff.PATIENCE", 0.05)
    async with (
        venue_that(behaviour, behaviour, answer_everything) as url,
        connect(url) as venue,
    ):
        assert await venue.ping() > 0


async def test_the_close_code_decides_how_long_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int | None] = []

    class Noting:
        def after(self, lived: float, code: int | None) -> float:
            assert lived < 60
            codes.append(code)
            return 0.0

    monkeypatch.setattr(transport, "Backoff", lambda _: Noting())
    async with (
        venue_that(send_away, talk_nonsense, answer_everything) as url,
        connect(url) as venue,
    ):
        await venue.ping()
    assert codes == [1013, None]


async def test_a_venue_that_does_not_answer_is_left() -> None:
    async with (
        venue_that(greet_and_sleep, answer_everything) as url,
        connect(url, timeouts=Timeouts(answer=0.2)) as venue,
    ):
        with pytest.raises(ConnectionLost, match=r"no answer within 0\.2 s"):
            await venue.ping()
        await venue.wait_online()
        assert await venue.ping() > 0


async def test_a_query_waits_for_a_connection_but_not_for_ever() -> None:
    async with (
        venue_that(greet_and_sleep, say_nothing) as url,
        connect(url, timeouts=Timeouts(answer=0.2)) as venue,
    ):
        for _ in range(2):
            with pytest.raises(ConnectionLost, match="no answer"):
                await venue.ping()
        assert venue._client._waiting == []


async def test_a_venue_that_does_not_greet_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "OPEN_TIMEOUT", 0.2)
    async with venue_that(say_nothing) as url:
        with pytest.raises(ConnectionLost, match="did not let this client in"):
            async with connect(url):
                pass


async def test_where_nobody_listens_there_is_no_second_try(
    unused_tcp_port: int,
) -> None:
    with pytest.raises(ConnectionLost, match=f"{unused_tcp_port}"):
        async with connect(f"ws://127.0.0.1:{unused_tcp_port}"):
            pass
    with pytest.raises(ConnectionLost, match="http://x"):
        async with connect("http://x"):
            pass


async def test_a_key_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        async with connect("ws://127.0.0.1:1", tmp_path / "maker.pem"):
            pass


async def test_an_error_in_the_block_is_passed_on_and_the_connection_closed() -> None:
    closed = asyncio.Event()
    venues: list[Venue] = []

    async def note_the_end(websocket: ServerConnection) -> None:
        await answer_everything(websocket)
        assert websocket.close_code == 1000
        closed.set()

    async def fail(url: str) -> None:
        async with connect(url) as venue:
            venues.append(venue)
            raise ZeroDivisionError

    async with venue_that(note_the_end) as url:
        with pytest.raises(ZeroDivisionError):
            await fail(url)
        await asyncio.wait_for(closed.wait(), 10)
    with pytest.raises(ConnectionLost, match="this client has closed"):
        await venues[0].ping()


async def test_a_mistake_of_the_sdk_leaves_nobody_waiting() -> None:
    async with venue_that(answer_everything) as url, connect(url) as venue:
        venue._client.receive = None  # type: ignore[method-assign, assignment]
        with pytest.raises(ConnectionLost, match="this client has failed") as lost:
            await venue.ping()
        assert isinstance(lost.value.__cause__.__cause__, TypeError)  # type: ignore[union-attr]


async def test_a_login_goes_through_the_socket() -> None:
    logins: list[dict[str, Any]] = []

    async def refuse(websocket: ServerConnection) -> None:
        await greet(websocket)
        logins.append(msgspec.json.decode(await websocket.recv()))
        error = {"code": 5007, "name": "SHUTTING_DOWN", "message": "no."}
        await send(
            websocket,
            {"method": "login", "req_id": 1, "success": False, "error": error},
        )
        await websocket.wait_closed()

    async with venue_that(refuse) as url:
        with pytest.raises(ConnectionLost, match="put off: SHUTTING_DOWN"):
            async with connect(url, generate_key("maker")):
                pass
    assert logins[0]["params"]["key_id"] == "maker"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("127.0.0.1:8080", "scheme isn't ws or wss"),
        ("ws://:8080", "hostname isn't provided"),
        ("ws://127.0.0.1:80800", "Port out of range 0-65535"),
        ("ws://127.0.0.1:None", "Port could not be cast to integer value as 'None'"),
    ],
)
async def test_what_is_wrong_with_a_url_is_said(url: str, why: str) -> None:
    with pytest.raises(ConnectionLost) as raised:
        async with connect(url):
            pass
    told = str(raised.value)
    assert told.startswith(f"{url}: ")
    assert told.endswith(why)
