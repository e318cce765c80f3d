"""Two releases of an engine; in the later one, semantics 2 add a fen to deposits.

The earlier release knows semantics 1 only, whatever the running build knows.
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
    """The running build and the semantics that it knows, at first only 1."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        table: Any = exchange_module._RARE
        patch.setitem(table, Deposit, _generous)
        self.knows(1)

    def knows(self, newest: int) -> None:
        self._patch.setattr(semantics, "NEWEST", newest)


def _generous(state: Exchange, command: Deposit) -> list[Event]:
    if state.semantics >= 2:
        command = replace(command, amount=command.amount + 1)
    return move(state, command)
