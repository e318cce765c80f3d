"""Hypothesis profiles: ``quick`` for every run, ``thorough`` for the nightly one."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings


pytest.register_assert_rewrite("driver", "ledger", "faults", "model", "scenario")

# A shell may start background jobs with Ctrl-C ignored, and every process started by a
# test would inherit that. Some tests end their processes with SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadlines: a test checks correctness, never speed.
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
