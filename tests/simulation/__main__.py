"""Simulate histories and print their outcome.

    python -m simulation --seed 7 --steps 60000
    python -m simulation --commands 1000000

The first reproduces one history. The second simulates seed after seed until the logs
hold the given number of commands, in one process per processor.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import TYPE_CHECKING

from .history import simulate, simulate_for_pool


if TYPE_CHECKING:
    from collections.abc import Mapping

    from .history import Summary


def main() -> None:
    """Run the command line; the last line of output is the summary."""
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("--seed", type=int, default=1, help="the first or only seed")
    parser.add_argument("--steps", type=int, default=60_000, help="callbacks to run")
    parser.add_argument("--commands", type=int, help="go on until so many are logged")
    given = parser.parse_args()
    if given.commands is None:
        _tell(simulate(given.seed, given.steps))
    else:
        _go_on(given.seed, given.steps, given.commands)


def _tell(summary: Summary) -> None:
    _list("what happened", summary.counts)
    _list("refusals", summary.refusals)
    _list("cancellations", summary.verdict.cancelled)
    print(
        f"coverage: {summary.features:,} features; never hit: {', '.join(summary.never)}"
    )
    print(line_of(summary))


def _list(title: str, counts: Mapping[str, int]) -> None:
    print(f"{title}:")
    for name, number in sorted(counts.items()):
        print(f"{number:9,} {name}")


def line_of(summary: Summary) -> str:
    """Return a summary of a history in one line."""
    verdict, counts = summary.verdict, summary.counts
    return (
        f"seed {summary.seed}: {summary.steps:,} steps, {summary.seconds:.1f} s simulated,"
        f" {verdict.commands:,} commands in {verdict.rows:,} rows"
        f" ({verdict.idle_rows:,} without effect), {summary.requests:,} requests,"
        f" {verdict.executions:,} executions, {counts.get('lives', 0)} lives,"
        f" {counts.get('power cuts', 0)} power cuts,"
        f" {counts.get('connections', 0)} connections,"
        f" digest {verdict.digest[:16]}, trace {summary.trace}:"
        " nothing lost, nothing twice"
    )


def _go_on(seed: int, steps: int, commands: int) -> None:
    """Simulate seed after seed; the first finding ends the run."""
    began, total, lives, cuts, done = time.monotonic(), 0, 0, 0, 0
    seeds = itertools.count(seed)
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = {
            pool.submit(simulate_for_pool, next(seeds), steps) for _ in range(workers)
        }
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for history in ended:
                summary = history.result()
                print(line_of(summary), flush=True)
                done += 1
                total += summary.verdict.commands
                lives += summary.counts.get("lives", 0)
                cuts += summary.counts.get("power cuts", 0)
                if total < commands:
                    running.add(pool.submit(simulate_for_pool, next(seeds), steps))
    seconds = time.monotonic() - began
    print(
        f"{done} histories of {steps:,} steps from seed {seed} on in {seconds:.0f} s:"
        f" {total:,} commands, {lives:,} lives, {cuts:,} power cuts,"
        " nothing lost, nothing twice"
    )


if __name__ == "__main__":
    main()
