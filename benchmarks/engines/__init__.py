"""Engines that take the same flow, each in a process and an interpreter of its own.

Each module but ``run``, ``workload`` and ``environments`` has an ``Engine``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol


if TYPE_CHECKING:
    from benchmarks.flow import Op


class Side(Protocol):
    """What every module's ``Engine`` is; it is made anew for each pass.

    One whose ``outcome`` is not fills, (price, quantity, maker, taker) each,
    gives after each command (orders, bid volume, ask volume, best bid, best ask).
    """

    def prepare(self, ops: list[Op]) -> list[Any]:
        """Return the engine's own commands for ``ops``; this is not timed."""

    def run(self, commands: list[Any]) -> None:
        """Take the commands, to their last events; this is timed."""

    def outcome(self, commands: list[Any]) -> list[tuple[int, ...]]:
        """Take the commands and return what is compared."""
