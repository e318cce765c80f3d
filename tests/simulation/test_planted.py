"""The simulator finds what is planted within a few histories, by the check named for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import COMPILED
from simulation.history import simulate
from simulation.planted import BUGS, Bug
from simulation.record import Wrong


if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.plans import Plan


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    if bug.compiled and COMPILED:
        pytest.skip("compiled code cannot be changed from outside")
    others = []
    for found in _findings(bug):
        if found.partition(":")[0] in bug.shows:
            return
        others.append(found)  # by another check, in that history
    pytest.fail(f"{bug.seeds} histories do not show that {bug.breaks}: {others}")


@pytest.mark.parametrize("plan", dict.fromkeys(bug.plan for bug in BUGS))
def test_without_a_bug_nothing_is_found(plan: Plan) -> None:
    """So it is the bug that is found, not the faults."""
    simulate(0, 5_000, plan)


def _findings(bug: Bug) -> Iterator[str]:
    """Yield what is found in history after history."""
    for seed in range(bug.seeds):
        try:
            with bug.plant():
                simulate(seed, bug.steps, bug.plan)
        except Wrong as wrong:
            yield str(wrong)
