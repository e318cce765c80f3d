"""Simulate one history, and say how it went.

    python -m simulation SEED STEPS
"""

from __future__ import annotations

import sys

from .history import simulate


def main(seed: int, steps: int) -> None:
    """Print what happened; the last line is the summary."""
    summary = simulate(seed, steps)
    for name, number in sorted(summary.counts.items()):
        print(f"{number:9,} {name}")
    verdict = summary.verdict
    print(
        f"seed {summary.seed}: {summary.steps:,} steps, {summary.seconds:.1f} s,"
        f" {verdict.commands:,} commands in {verdict.rows:,} rows"
        f" ({verdict.idle_rows:,} without effect), {summary.requests:,} requests,"
        f" {verdict.executions:,} executions, {verdict.books:,} books,"
        f" {verdict.snapshots} snapshots, digest {verdict.digest[:16]},"
        f" trace {summary.trace}: nothing lost, nothing twice"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
