"""Hypothesis profiles: ``quick`` for every run, ``thorough`` for the nightly one."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings


pytest.register_assert_rewrite("auditor", "driver", "ledger", "faults", "scenario")

# A shell lets what it runs in the background ignore Ctrl-C, and so would every
# process that a test starts and ends by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadlines: a test says what is right, never how long it took.
settings.register_profile(
    "quick",
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough",
    max_examples=3_000,
    stateful_step_count=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("quick")  # --hypothesis-profile overrides it
