"""How long a client waits before it connects again."""

from __future__ import annotations

import pytest

from carbonex.sdk.backoff import FIRST, LONGEST, PATIENCE, STEADY, Backoff


def test_the_delay_doubles_up_to_its_limit() -> None:
    backoff = Backoff(lambda: 1.0)
    delays = [backoff.after(0.0, None) for _ in range(10)]
    assert delays[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert delays[-2:] == [LONGEST, LONGEST]


def test_a_good_connection_starts_it_anew_and_a_short_one_does_not() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.after(0.0, None)
    assert backoff.after(STEADY / 2, None) == 2 * FIRST
    assert backoff.after(STEADY, None) == FIRST


def test_the_draw_spreads_clients_over_half_the_delay() -> None:
    assert Backoff(lambda: 0.0).after(0.0, None) == FIRST / 2
    assert Backoff(lambda: 0.5).after(0.0, None) == FIRST * 0.75


@pytest.mark.parametrize("code", [1008, 1013])
def test_who_is_unwelcome_waits_longer(code: int) -> None:
    backoff = Backoff(lambda: 1.0)
    assert backoff.after(STEADY, code) == PATIENCE
    assert backoff.after(0.0, code) == 2 * PATIENCE
    assert Backoff(lambda: 1.0).after(0.0, 1001) == FIRST
