"""Two releases of an engine: in the later a deposit of meaning 2 brings one fen more.

The earlier knows meaning 1 alone, whatever the build that runs knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from carbonex.engine import Deposit, Exchange, exchange as exchange_module, semantics
from carbonex.engine.registry.moves import move


if TYPE_CHECKING:
    import pytest

    from carbonex.engine import Event


class Release:
    """The build that runs: which meanings it knows, at first 1 alone."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        table: Any = exchange_module._RARE
        patch.setitem(table, Deposit, _generous)
        self.knows(1, 1)

    def knows(self, oldest: int, newest: int) -> None:
        self._patch.setattr(semantics, "OLDEST", oldest)
        self._patch.setattr(semantics, "NEWEST", newest)


def _generous(state: Exchange, command: Deposit) -> list[Event]:
    if state.semantics >= 2:
        command = replace(command, amount=command.amount + 1)
    return move(state, command)
