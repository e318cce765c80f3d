"""The stamping clock: anchored once, monotonic from then on."""

from __future__ import annotations

import pytest

from carbonex.gateway.server.host.clock import (
    HOUR_NS,
    SECOND_NS,
    Clock,
)


class Hands:
    """A wall clock and a monotonic one that a test moves."""

    wall_ns = 1_000 * SECOND_NS
    monotonic_ns = 5 * SECOND_NS

    def clock(self) -> Clock:
        return Clock(lambda: self.wall_ns, lambda: self.monotonic_ns)


def test_time_runs_with_the_monotonic_clock_from_where_the_wall_stood() -> None:
    hands = Hands()
    clock = hands.clock()
    assert clock.now_ns() == 1_000 * SECOND_NS
    hands.monotonic_ns += 7
    assert clock.now_ns() == 1_000 * SECOND_NS + 7


@pytest.mark.parametrize("step", [-90 * SECOND_NS, 3 * HOUR_NS])
def test_a_step_of_the_wall_clock_is_reported_and_changes_nothing(step: int) -> None:
    hands = Hands()
    clock = hands.clock()
    assert clock.step_ns() == 0
    hands.wall_ns += step
    assert clock.now_ns() == 1_000 * SECOND_NS
    assert clock.step_ns() == step


def test_it_is_set_once_and_goes_on_from_there() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.shift(-40 * SECOND_NS)
    hands.wall_ns += 9
    hands.monotonic_ns += 9
    assert clock.now_ns() == 960 * SECOND_NS + 9
    assert clock.step_ns() == 40 * SECOND_NS


def test_the_real_clocks_agree_with_themselves() -> None:
    clock = Clock()
    first = clock.now_ns()
    assert clock.now_ns() >= first
