"""The venue's process, as the demo starts, kills and stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import carbonex.sdk
from carbonex.cli.demo.server import Server, ServerError
from carbonex.cli.init import config_text, create_venue, operator_key
from carbonex.journal import LogReader


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server(tmp_path: Path, sources: None) -> AsyncIterator[Server]:
    server = Server(tmp_path / "venue")
    create_venue(server.directory, config_text("venue", 0))
    yield server
    await server.kill()


async def instruments(server: Server) -> list[str]:
    key = operator_key(server.directory)
    async with carbonex.sdk.connect(server.url, key) as venue:
        return [(await venue.instrument("CEA25").next()).instrument]


async def test_killed_it_comes_back_at_the_same_address(server: Server) -> None:
    await server.start()
    url = server.url
    async with carbonex.sdk.connect(url, operator_key(server.directory)) as venue:
        await venue.list_instrument("CEA25")
    await server.kill()
    await server.start()
    assert server.url == url
    assert await instruments(server) == ["CEA25"]


async def test_stopped_it_has_written_everything(server: Server) -> None:
    await server.start()
    await server.stop()
    _, last = LogReader(server.directory).bounds()
    (snapshot,) = (server.directory / "snapshots").iterdir()
    assert snapshot.name == f"{last:020d}.snapshot"
    assert '"event": "stopped"' in (server.directory / "server.log").read_text()


async def test_a_start_that_fails_is_told_in_the_servers_words(server: Server) -> None:
    (server.directory / "venue.toml").unlink()
    with pytest.raises(ServerError) as failure:
        await server.start()
    assert "ended at its start with exit code 1; it said:\n" in str(failure.value)
    assert "venue.toml is missing" in str(failure.value)
    await server.kill()  # nothing is left to kill


async def test_a_server_that_died_by_itself_is_no_clean_stop(server: Server) -> None:
    await server.start()
    assert server._process is not None
    server._process.kill()
    await server._process.wait()
    with pytest.raises(ServerError, match="stopped with exit code -9"):
        await server.stop()
