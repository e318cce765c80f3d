"""The stamping clock: anchored once, monotonic from then on."""

from __future__ import annotations

import pytest

from carbonex.gateway.server.host.clock import (
    HOUR_NS,
    SECOND_NS,
    Clock,
    ClockError,
    check_start,
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


def test_a_start_far_ahead_of_the_log_needs_an_operators_word() -> None:
    log_ns = 1_000 * HOUR_NS
    check_start(log_ns + HOUR_NS, log_ns, accept_time=False)
    with pytest.raises(ClockError, match=r"26\.0 hours ahead .* --accept-time"):
        check_start(log_ns + 26 * HOUR_NS, log_ns, accept_time=False)
    check_start(log_ns + 26 * HOUR_NS, log_ns, accept_time=True)


def test_an_empty_log_fits_any_clock() -> None:
    check_start(1_000 * HOUR_NS, 0, accept_time=False)


def test_the_real_clocks_agree_with_themselves() -> None:
    clock = Clock()
    first = clock.now_ns()
    assert clock.now_ns() >= first
