"""Subscribers of a venue and readers of the bare server get the same frames."""

from __future__ import annotations

from benchmarks.fanout import Run, fed, followed
from benchmarks.subscribers import Delivered


def test_all_get_every_frame() -> None:
    run = followed(3, 0.5)
    recorded = run.delivered.recorded
    assert run.delivered.frames == 3 * run.delivered.fewest == 3 * len(recorded)
    assert recorded
    assert all(b'"update"' in frame for frame in recorded)
    assert run.cpu_ns > 0
    bare = fed(4, recorded)
    assert bare.delivered.frames == 4 * bare.delivered.fewest == 4 * len(recorded)


def test_what_nobody_costs_is_not_counted() -> None:
    idle = Run(1_000_000, Delivered(0, 0, []))
    assert Run(3_000_000, Delivered(200, 2, [])).each(idle) == 10  # µs
