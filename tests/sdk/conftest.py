"""Fixtures for tests against a real venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hours import Hours
from sdk.market import Market, open_market


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
