"""A bounded set of histories; ``python -m simulation`` simulates any other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from carbonex.journal.history.store import HistoryStore
from simulation.disk import Trouble
from simulation.history import simulate, simulate_for_pool
from simulation.plans import PEACE, Doom, Plan
from simulation.worker import Pace
from sources import WITH_TESTS


if TYPE_CHECKING:
    from carbonex.engine import Applied
    from carbonex.journal.history.schema import Watermark


SEEDS = (4, 6, 11)
STEPS = 25_000


# The faults and items that must occur in these seeds, taken together.
STRUCK = (
    *("connections dropped in mid stream", "connections stalled", "overtakings"),
    *("frames broken off", "mischief", "requests that arrived after their connection"),
    *("slow readers", "slow commits", "EIO", "EIO in a commit", "clients crashed"),
    *("ENOSPC", "ENOSPC in a commit", "reserve reached", "clean stops", "kills"),
    *("kills at a callback", "kill -9 in a disk call", "power cut in a disk call"),
    *("power cut in a disk call in a commit", "power cuts beside the server"),
    *("writes dropped by power cuts", "writes kept by power cuts"),
    *("writes torn by power cuts", "names dropped by power cuts"),
    *("bits flipped in log", "bits flipped in head", "bits flipped in snapshot"),
    *("bits flipped in archive", "bits flipped in clock", "flips refused in log"),
    *("wall clock steps", "clocks hours ahead", "batches repeated or out of order"),
    *("snapshots beside the server", "snapshots removed", "segments archived"),
    *("unknown fates", "heartbeats"),
)
TOLD = (
    *("executions", "trade", "book", "ticker", "balances", "alerts", "bulletin"),
    *("countdown", "blocks", "bids"),
)


def test_nothing_is_lost_and_nothing_happens_twice() -> None:
    """Every fault also strikes, and every channel to be checked delivers items."""
    counts = Counter[str]()
    for seed in SEEDS:
        summary = simulate_for_pool(seed, STEPS)
        counts.update(summary.counts)
        assert summary.verdict.executions > 500
        assert summary.verdict.idle_rows > 10
        assert summary.verdict.shown > 100
    told = [f"{channel} items" for channel in TOLD]
    assert [what for what in (*STRUCK, *told) if not counts[what]] == []


def test_in_peace_everything_is_told() -> None:
    summary = simulate(1, 10_000, PEACE)
    assert summary.counts["lives"] == 1
    assert summary.verdict.idle_rows == 0
    assert summary.verdict.commands > 1_000


def test_many_kinds_of_refusal_occur() -> None:
    """Without refusals the checker would not be tested on them."""
    plan = Plan(full_disk=20, pace=Pace(slow=0.3))
    names = {name for seed in (7, 8) for name in simulate(seed, STEPS, plan).refusals}
    assert {"UNKNOWN_ORDER", "SELF_TRADE", "BUSY", "LOG_FULL"} <= names


# A short life, ended before each of its callbacks and in each of its disk calls. The
# thorough profile takes all of them, the quick one some. The steps are primes, so
# that they reach all kinds of moments.
LIFE_STEPS = 3_500
EVERY = settings().max_examples > settings.get_profile("quick").max_examples


@pytest.mark.parametrize("at", range(1, 1_200, 1 if EVERY else 61))
def test_a_kill_before_any_callback(at: int) -> None:
    summary = simulate(at, LIFE_STEPS, PEACE, Doom(at))
    assert summary.counts["lives"] == 2


@pytest.mark.parametrize("at", range(1, 200, 1 if EVERY else 13))
@pytest.mark.parametrize("trouble", [Trouble.KILL, Trouble.POWER, Trouble.EIO])
def test_trouble_in_any_disk_call(at: int, trouble: Trouble) -> None:
    summary = simulate(at, LIFE_STEPS, PEACE, Doom(at, trouble))
    assert summary.counts[trouble.value] == 1
    # EIO at the clock file does not end a server.
    harmless = summary.counts.get("EIO at the clock file", 0)
    assert summary.counts["lives"] == 2 - harmless


def test_a_seed_makes_the_same_history_in_every_process() -> None:
    """The order of Python's sets must not matter."""
    assert _last_line("1") == _last_line("2")


def test_a_seed_makes_the_same_history_however_slow_the_real_disk_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The history store is on the real disk, written by a thread of its own."""
    fast = simulate(9, 12_000).trace
    store = HistoryStore._store

    def slow(self: HistoryStore, batches: list[tuple[Watermark, Applied]]) -> None:
        time.sleep(0.02)
        store(self, batches)

    monkeypatch.setattr(HistoryStore, "_store", slow)
    assert simulate(9, 12_000).trace == fast


def test_it_goes_on_from_seed_to_seed() -> None:
    done = _simulation("1", "--steps", "4000", "--commands", "2000")
    assert done.splitlines()[-1].endswith("nothing lost, nothing twice")
    assert done.count("trace") >= 2


def _last_line(hash_seed: str) -> str:
    done = _simulation(hash_seed, "--seed", "9", "--steps", "12000")
    return done.splitlines()[-1]


def _simulation(hash_seed: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "simulation", *arguments],
        env={
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": WITH_TESTS,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
