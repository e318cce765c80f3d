"""The event loop that the server runs on, and venues with somebody to speak to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import uvloop

from carbonex.gateway.server.server import Server
from feed_stage import Stage
from gateway.certificates import Authority
from gateway.session_house import Client, House
from market import config, make_market


if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


def pytest_asyncio_loop_factories() -> dict[
    str, Callable[[], asyncio.AbstractEventLoop]
]:
    """Have pytest-asyncio make uvloop's loops, and only those."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Run a market's server; a test reaches its limits within moments."""
    venue = config(frame_bytes=64 * 1024, outbox_bytes=512 * 1024, slow_seconds=1)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return one for the venue of the folder ``venue``."""
    folder = tmp_path / "venue"
    folder.mkdir()
    return Authority(folder)


@pytest.fixture
def stage() -> Stage:
    return Stage().set_up()


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def acme(house: House) -> Client:
    return house.trader("acme-key")


@pytest.fixture
def client(acme: Client) -> Client:
    """Where there is but one."""
    return acme


@pytest.fixture
def beta(house: House) -> Client:
    return house.trader("beta-key")


@pytest.fixture
def clerk(house: House) -> Client:
    """Of the operator and registrar."""
    return house.trader("house-key")
