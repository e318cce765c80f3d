"""A shift of the clock of all servers in a test, so that days pass in moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.gateway.server.host.clock import Clock
from gateway.simulated_days import ns


if TYPE_CHECKING:
    import pytest


class Hours:
    """The clock of all servers in the test; it runs, and can be set forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now_ns = self._now_ns = Clock.now_ns
        self._ahead_ns = 0
        monkeypatch.setattr(
            Clock, "now_ns", lambda clock: now_ns(clock) + self._ahead_ns
        )

    def be(self, text: str) -> None:
        """Set the clock to this time in Shanghai."""
        self._ahead_ns = ns(text) - self._now_ns(Clock())
