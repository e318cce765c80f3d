"""Who may connect: origins of web pages, and what one address may take."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from carbonex.gateway.addresses import AddressLimit
from carbonex.gateway.config import Listen
from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS, shown
from carbonex.gateway.server.connections.origins import Origins
from carbonex.gateway.server.host.clock import HOUR_NS
from carbonex.gateway.server.server import Server
from gateway.http_pages import exchange_http, get
from market import CEA, config, make_market
from stranger import Refused, Stranger, eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


LISTED = ("https://terminal.example", "http://10.0.0.5:3000")


@pytest.mark.parametrize(
    ("origins", "hosts", "scheme", "welcome"),
    [
        # Programs.
        ([], ["venue.example"], "http", True),
        ([], [], "http", True),
        # The venue's own pages.
        (["http://127.0.0.1:8080"], ["127.0.0.1:8080"], "http", True),
        (["http://localhost:8080"], ["localhost:8080"], "http", True),
        (["http://[::1]:8080"], ["[::1]:8080"], "http", True),
        (["http://192.0.2.1"], ["192.0.2.1"], "http", True),
        (["http://192.0.2.1"], ["192.0.2.1:80"], "http", True),
        (["https://192.0.2.1"], ["192.0.2.1:443"], "https", True),
        (["http://host.example:8080"], ["HOST.example:8080"], "http", True),
        # Another scheme, port or host.
        (["https://127.0.0.1:8080"], ["127.0.0.1:8080"], "http", False),
        (["http://127.0.0.1:8080"], ["127.0.0.1:8080"], "https", False),
        (["http://127.0.0.1:8081"], ["127.0.0.1:8080"], "http", False),
        (["http://localhost:8080"], ["127.0.0.1:8080"], "http", False),
        # A name that somebody made point here (DNS rebinding).
        (["http://evil.example:8080"], ["evil.example:8080"], "http", False),
        # Listed, under whatever name the venue was called.
        (["https://terminal.example"], ["venue.example"], "http", True),
        (["https://terminal.example:443"], ["venue.example"], "http", True),
        (["http://10.0.0.5:3000"], ["venue.example"], "https", True),
        (["http://terminal.example"], ["venue.example"], "http", False),
        (["https://terminal.example.evil.example"], ["v"], "http", False),
        (["https://evil.example"], ["venue.example"], "http", False),
        # What is no origin.
        (["null"], ["127.0.0.1:8080"], "http", False),
        ([""], ["127.0.0.1:8080"], "http", False),
        (["file://"], ["127.0.0.1:8080"], "http", False),
        (["https://terminal.example/path"], ["v"], "http", False),
        (["https://x@terminal.example"], ["v"], "http", False),
        (["http://[::1"], ["[::1"], "http", False),
        (["http://127.0.0.1:99999"], ["127.0.0.1:99999"], "http", False),
        # More than one of what there must be one of.
        ([LISTED[0], LISTED[0]], ["venue.example"], "http", False),
        (["http://127.0.0.1"], ["127.0.0.1", "127.0.0.1"], "http", False),
    ],
)
def test_which_pages_may_connect(
    origins: list[str], hosts: list[str], scheme: str, welcome: bool
) -> None:
    gate = Origins(Listen(host="host.example", origins=LISTED), scheme)
    refusal = gate.refusal(origins, hosts)
    assert (refusal == "") is welcome
    assert gate.refused == (not welcome)


async def test_a_strange_page_is_refused_with_a_sentence(server: Server) -> None:
    url = f"ws://127.0.0.1:{server.port}"
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, origin="https://evil.example")  # type: ignore[arg-type]
    response = caught.value.response
    assert response.status_code == 403
    assert response.body == (
        b"pages of https://evil.example may not connect to this venue: its operator"
        b" can add them to origins under [listen] in venue.toml\n"
    )
    own = f"http://127.0.0.1:{server.port}"
    async with connect(url, origin=own) as websocket:  # type: ignore[arg-type]
        assert await websocket.recv()
    _, _, metrics = await get(server.port, "/metrics")
    assert b"carbonex_origins_refused_total 1.0\n" in metrics


@contextlib.asynccontextmanager
async def venue(tmp_path: Path, **limits: float) -> AsyncIterator[Server]:
    make_market(tmp_path, config(**limits))
    async with Server.start(tmp_path, config(**limits)) as server:
        yield server


async def test_one_address_cannot_take_all_connections(tmp_path: Path) -> None:
    async with venue(tmp_path, connections_per_address=2) as server:
        async with Stranger(server.port), Stranger(server.port) as second:
            with pytest.raises(InvalidStatus) as caught:
                await Stranger(server.port).__aenter__()
            assert caught.value.response.status_code == 429
            assert caught.value.response.body == (
                b"your address has 2 connections, the most that one may have:"
                b" close some\n"
            )
            await second.socket.close()
            await eventually(lambda: len(server.clients) == 1)
            async with Stranger(server.port) as third:  # a place is free again
                await third.call("ping")
        await eventually(lambda: len(server.clients) == 0)
        assert not server.clients.gate._open


async def test_who_opens_far_too_many_is_dropped_without_a_word(
    tmp_path: Path,
) -> None:
    async with venue(tmp_path, connections_per_address=1) as server:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(1 + SPARE_CONNECTIONS):
                await stack.enter_async_context(_idle(server.port))
            await eventually(lambda: len(server.clients) == 1 + SPARE_CONNECTIONS)
            status, _, _ = await get(server.port, "/health")
            assert status == 0
        await eventually(lambda: len(server.clients) == 0)
        assert (await get(server.port, "/health"))[0] == 200


@contextlib.asynccontextmanager
async def _idle(port: int) -> AsyncIterator[None]:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    yield
    writer.close()


async def test_requests_of_one_address_are_limited(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.clients.gate, "handshakes", AddressLimit(HOUR_NS, 2))
    async with Stranger(server.port) as follower:
        assert (await get(server.port, "/health"))[0] == 200
        status, head, body = await get(server.port, "/health")
        assert status == 429
        found = re.search(r"Retry-After: (\d+)", head)
        assert found is not None
        assert 0 < int(found[1]) <= 3600
        assert body == (
            b"too many requests from your address: try again after %b s\n"
            % found[1].encode()
        )
        with pytest.raises(InvalidStatus, match="429"):
            await Stranger(server.port).__aenter__()
        await follower.call("ping")  # who is in stays in


async def test_failed_logins_over_sockets(tmp_path: Path) -> None:
    limits = {"login_failure_burst": 2, "login_failures_per_minute": 1}
    async with venue(tmp_path, **limits) as server:
        with structlog.testing.capture_logs() as logs:
            for _ in range(2):
                async with Stranger(server.port) as it:
                    with pytest.raises(Refused, match="LOGIN_FAILED"):
                        await it.login("nobody")
            async with Stranger(server.port) as it:
                with pytest.raises(Refused, match="LOGIN_LIMITED") as refused:
                    await it.login("maker")
        assert 0 < refused.value.error["retry_after_ms"] <= 60_000
        assert [line["event"] for line in logs] == ["login failed"] * 2
        assert logs[0]["address"] == "127.0.0.1"
        assert (logs[0]["key_id"], logs[0]["reason"]) == ("nobody", "LOGIN_FAILED")
        _, _, metrics = await get(server.port, "/metrics")
        assert b"carbonex_logins_failed_total 2.0\n" in metrics
        assert b"carbonex_logins_limited_total 1.0\n" in metrics


async def test_no_header_says_who_a_client_is(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.clients.gate, "handshakes", AddressLimit(HOUR_NS, 1))
    for number, status in ((1, 200), (2, 429)):
        request = (
            "GET /health HTTP/1.1\r\nHost: x\r\n"
            f"X-Forwarded-For: 192.0.2.{number}\r\n\r\n"
        )
        got, _, _ = await exchange_http(server.port, request.encode())
        assert got == status


def test_what_clients_say_is_logged_short_and_plain() -> None:
    assert shown("acme-key") == "acme-key"
    assert shown("a\nb\x1b[31m\u2028é") == r"a\nb\x1b[31m\u2028\xe9"
    assert shown("x" * 100) == "x" * 80 + "…"


PRIVATE = ("operator", "maker", "taker", CEA)


@pytest.mark.parametrize("path", ["/", "/health", "/ready", "/metrics", "/maker"])
async def test_pages_tell_nothing_of_anybody(server: Server, path: str) -> None:
    async with Stranger(server.port) as maker:
        await maker.login("maker")
        await maker.call("add_order", instrument=CEA, side="buy", price="9", quantity=1)
        _, head, body = await get(server.port, path)
    said = body.decode().replace(path, "")
    assert [name for name in PRIVATE if name in said] == []
    assert "X-Content-Type-Options: nosniff" in head
    assert "X-Frame-Options: DENY" in head
    assert "Server:" not in head


async def test_a_failure_is_not_explained_to_strangers(server: Server) -> None:
    server._fail(OSError(5, "Input/output error", "/srv/venue/log/0001.log"))
    _, _, body = await get(server.port, "/ready")
    assert body == b"failed; the server's log says why\n"
