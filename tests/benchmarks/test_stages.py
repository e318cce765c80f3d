"""An order's stages are all there, and cost something."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks import stages
from benchmarks.engines.environments import PURE
from benchmarks.stages_run import ECHO, ORDERS, STAGES, WHOLE, Run, do_turns, run


@pytest.fixture(scope="module")
def done() -> Run:
    return run(4, 2)


def test_every_stage_is_timed_in_every_other_turn(done: Run) -> None:
    assert set(done.costs) == {*STAGES, WHOLE, ECHO}
    assert {name: len(costs) for name, costs in done.costs.items()} == {
        **dict.fromkeys([*STAGES, WHOLE], 2),
        ECHO: 4,
    }
    assert all(max(costs) > 0 for costs in done.costs.values())


def test_orders_are_answered_and_nearly_all_accepted(done: Run) -> None:
    assert done.answers == done.orders == (4 + 2) * ORDERS
    assert done.successes > 0.9 * done.orders


def test_turns_that_nobody_measures_log_every_order() -> None:
    assert do_turns(2) - do_turns(0) == 2 * ORDERS


def test_the_report_has_every_stage_of_an_engine_in_a_process_of_its_own(
    done: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "QUICK", stages.Size(1, 4, 2, 100))
    monkeypatch.setattr(stages, "present", lambda _: ([PURE], []))
    report = stages.measure(quick=True)
    names = [figure.name for figure in report.figures]
    assert names[: len(STAGES)] == [f"{stage}: pure" for stage in STAGES]
    assert len(report.limits) == 3
    assert [len(ratio.values) for ratio in report.ratios] == [1, 1]
    assert msgspec.json.decode(msgspec.json.encode(done), type=Run) == done
