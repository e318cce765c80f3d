"""A stopwatch for what holds the event loop, by a clock that a test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.gateway.holds import BATCH, CAUSES, Holds
from operations import section


if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict


MS = 1_000_000


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """Return the log lines that say that the loop was held."""
    with structlog.testing.capture_logs() as captured:
        yield captured


class Bench:
    """Holds with a clock that a test moves."""

    def __init__(self) -> None:
        self.now_ns = 1_000 * MS
        self.cpu_ns = 0
        self.holds = Holds(lambda: self.now_ns, lambda: self.cpu_ns)

    def work(self, ms: int) -> int:
        """Let a callback take so long; return what the lap says in ms."""
        self.holds.begin()
        self.now_ns += ms * MS
        return self.holds.lap() // MS

    def told(self) -> dict[str, int]:
        return {by: count for by, count in self.holds.counts.items() if count}


@pytest.fixture
def bench() -> Bench:
    return Bench()


# The stopwatch.


def test_only_what_is_long_is_a_hold(bench: Bench) -> None:
    assert [bench.work(50), bench.work(51)] == [0, 51]


def test_each_piece_of_a_callback_has_its_own_time(bench: Bench) -> None:
    bench.work(60)
    bench.now_ns += 20 * MS
    assert bench.holds.lap() == 0
    bench.now_ns += 70 * MS
    assert bench.holds.lap() == 70 * MS


def test_time_between_two_callbacks_is_nobodys(bench: Bench) -> None:
    bench.work(1)
    bench.now_ns += 1_000 * MS
    assert bench.work(1) == 0


def test_a_piece_within_another_is_no_part_of_it(bench: Bench) -> None:
    bench.holds.begin()
    bench.now_ns += 30 * MS
    began = bench.holds.now()
    bench.now_ns += 80 * MS
    assert bench.holds.inner(began) == 80 * MS
    bench.now_ns += 15 * MS
    assert bench.holds.lap() == 0


def test_a_hold_is_counted_by_its_cause_and_told(
    bench: Bench, lines: list[EventDict]
) -> None:
    bench.holds.tell(BATCH, 70 * MS, position=7)
    bench.holds.tell(BATCH, 80 * MS, position=8)
    assert bench.told() == {BATCH: 2}
    assert bench.holds.held_ns[BATCH] == 150 * MS
    assert lines[0] == {
        "event": "loop held",
        "log_level": "warning",
        "by": "batch",
        "seconds": 0.07,
        "position": 7,
    }


# A timer that is late.


def test_a_timer_in_time_says_nothing(bench: Bench) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 100 * MS
    assert bench.holds.late() == 50 * MS
    assert bench.told() == {}


def test_a_timer_before_its_time_is_not_late(bench: Bench) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 49 * MS
    assert bench.holds.late() == 0


def test_a_late_timer_that_nothing_explains_is_unknown(
    bench: Bench, lines: list[EventDict]
) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 150 * MS
    bench.cpu_ns += 3 * MS
    assert bench.holds.late() == 100 * MS
    assert bench.told() == {"unknown": 1}
    assert (lines[0]["seconds"], lines[0]["cpu_seconds"]) == (0.1, 0.003)


def test_a_late_timer_is_explained_by_what_was_told(bench: Bench) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 40 * MS
    held = bench.work(200)
    bench.holds.tell(BATCH, held * MS)
    assert bench.holds.late() == 190 * MS
    assert bench.told() == {BATCH: 1}


def test_only_the_rest_of_it_is_unknown(bench: Bench) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 50 * MS
    bench.holds.tell(BATCH, bench.work(100) * MS)
    bench.now_ns += 60 * MS
    assert bench.holds.late() == 160 * MS
    assert bench.holds.held_ns["unknown"] == 60 * MS


def test_many_short_pieces_are_many(bench: Bench) -> None:
    bench.holds.expect(0.05)
    bench.now_ns += 50 * MS
    for _ in range(10):
        assert bench.work(10) == 0
    assert bench.holds.late() == 100 * MS
    assert bench.told() == {"many": 1}


def test_every_cause_is_documented() -> None:
    text = section("What holds the loop")
    assert [by for by in CAUSES if f"`{by}`" not in text] == []
