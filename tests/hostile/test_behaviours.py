"""Hostile clients end at most themselves: each behaviour, at a small size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from hostile.__main__ import BEHAVIOURS
from hostile.behaviour import SMALL, Behaviour, try_on, try_out
from hostile.stage import Stage


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


QUIET_SECONDS = 0.1
ALONE = [behaviour for behaviour in BEHAVIOURS if behaviour.small_limits]
TOGETHER = [behaviour for behaviour in BEHAVIOURS if not behaviour.small_limits]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One venue for many; what must hold afterwards is seen at its end."""
    async with Stage(tmp_path_factory.mktemp("venue"), **SMALL) as stage:
        yield stage
        await stage.settle()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("behaviour", TOGETHER, ids=lambda b: b.name)
async def test_a_behaviour(behaviour: Behaviour, stage: Stage) -> None:
    if reason := behaviour.impossible(small=True):
        pytest.skip(reason)
    await try_on(stage, behaviour, behaviour.small, QUIET_SECONDS)


@pytest.mark.parametrize("behaviour", ALONE, ids=lambda b: b.name)
async def test_a_behaviour_with_limits_of_its_own(
    behaviour: Behaviour, tmp_path: Path
) -> None:
    await try_out(behaviour, tmp_path, small=True, quiet_seconds=QUIET_SECONDS)
