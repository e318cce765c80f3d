"""The clock of every server in a test, put forward: days pass in moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.gateway.server.host.clock import Clock
from gateway.simulated_days import ns


if TYPE_CHECKING:
    import pytest


class Hours:
    """The clock of every server in the test: it goes on, and can be put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now_ns = self._now_ns = Clock.now_ns
        self._ahead_ns = 0
        monkeypatch.setattr(
            Clock, "now_ns", lambda clock: now_ns(clock) + self._ahead_ns
        )

    def be(self, text: str) -> None:
        """Let it be this time in Shanghai."""
        self._ahead_ns = ns(text) - self._now_ns(Clock())
