"""Hostile clients end at most themselves: each behaviour, at a small size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import uvloop

from hostile import __main__ as hostile
from hostile.behaviour import Behaviour, try_out


if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("behaviour", hostile.BEHAVIOURS, ids=lambda b: b.name)
def test_a_behaviour(behaviour: Behaviour, tmp_path: Path) -> None:
    if reason := behaviour.impossible(small=True):
        pytest.skip(reason)
    uvloop.run(try_out(behaviour, tmp_path, small=True, quiet_seconds=0.1))
