"""Small slices, so that a handful of orders is more than one; a venue with a backlog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import SELL, CancelAll, PlaceOrder, work
from everything import CEA, venue


if TYPE_CHECKING:
    from collections.abc import Iterator

    from driver import Driver


@pytest.fixture
def small() -> Iterator[None]:
    """Let an order meet three, and a slice have three events."""
    with pytest.MonkeyPatch.context() as patch:
        _shrink(patch, 3)
        yield


def busy_venue() -> Driver:
    """Return the venue with everything, of which mass cancels and stops are to go on.

    One event is a slice while it is made, and as many as ever afterwards.
    """
    driver = venue()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "SLICE", 1)
        driver.do(CancelAll("", "datang"))
        driver.do(PlaceOrder("", "huaneng", CEA.instrument, SELL, 6800, 1))
    assert driver.exchange.cancels
    assert driver.exchange.reaching
    return driver


def _shrink(patch: pytest.MonkeyPatch, size: int) -> None:
    patch.setattr(work, "MAX_FILLS", size)
    patch.setattr(work, "SLICE", size)
    patch.setattr(work, "LOOKS", size)
