"""Engines that take the same flow, each in its own process and interpreter.

Each module but ``run``, ``workload`` and ``environments`` has an ``Engine``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol


if TYPE_CHECKING:
    from benchmarks.flow import Op


class Side(Protocol):
    """The interface of every module's ``Engine``; each pass has a new one.

    ``outcome`` returns fills, (price, quantity, maker, taker) each. An engine without
    fills returns book states, one per command: (orders, bid volume, ask volume, best
    bid, best ask).
    """

    def prepare(self, ops: list[Op]) -> list[Any]:
        """Return the engine's own commands for ``ops``; this is not timed."""

    def run(self, commands: list[Any]) -> None:
        """Run the commands to their last events; this is timed."""

    def outcome(self, commands: list[Any]) -> list[tuple[int, ...]]:
        """Run the commands and return the rows to compare."""
