"""The simulation finds each planted bug within a few histories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import COMPILED
from simulation.history import simulate
from simulation.planted import BUGS, Bug
from simulation.record import Wrong


if TYPE_CHECKING:
    from simulation.plans import Plan


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    if bug.compiled and COMPILED:
        pytest.skip("compiled code cannot be changed from outside")
    found = _first_finding(bug)
    assert found, f"nothing shows in {bug.seeds} histories that {bug.breaks}"
    assert found.partition(":")[0] in bug.shows, found


@pytest.mark.parametrize("plan", dict.fromkeys(bug.plan for bug in BUGS))
def test_without_a_bug_nothing_is_found(plan: Plan) -> None:
    """The findings are due to the bugs, not to the faults."""
    simulate(0, 5_000, plan)


def _first_finding(bug: Bug) -> str:
    for seed in range(bug.first_seed, bug.first_seed + bug.seeds):
        try:
            with bug.plant():
                simulate(seed, bug.steps, bug.plan)
        except Wrong as wrong:
            return str(wrong)
    return ""
