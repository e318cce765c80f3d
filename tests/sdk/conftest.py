"""Fixtures for tests against a real venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hours import Hours
from sdk.accidents import FIRST_DAY, Stage
from sdk.market import Cable, Market, open_market, set_up
from venue_process import write_config


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    """A venue with two traders."""
    async with open_market(tmp_path) as opened:
        yield opened


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    """The clock of the venue, at 9:31 in Shanghai on the tests' Wednesday."""
    hours = Hours(monkeypatch)
    hours.be("2026-07-29 09:31:00")
    return hours


@pytest.fixture
async def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    Hours(monkeypatch).be("2026-07-29 09:30:00")
    keys = set_up(tmp_path)
    write_config(tmp_path)
    async with Cable.laid(0) as cable:
        stage = Stage(tmp_path, keys, cable)
        async with stage.stack:
            await stage.start(FIRST_DAY)
            yield stage
