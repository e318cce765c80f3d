"""``python -m benchmarks [PART …]``: run all benchmarks, or some parts.

Each part prints its workload, the machine, the machine's limits and the ratios, and
writes them to ``benchmarks/results/PART.json``. ``plots`` draws the saved results.
"""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.report import Report

    Measure = Callable[[bool], Report]

# Parts in the order in which ``make bench`` runs them. Each is a module with a
# function ``measure(quick)`` that returns its report.
PARTS: Final = {
    "engine": "commands per second in process, by flow, beside the peers",
    "peers": "other books side by side: the same fills, then how fast, how deep",
    "gateway": "durable WebSocket orders: capacity, and latency at fixed rates",
    "stages": "where the time of one order goes in the server, stage by stage",
    "shares": "what the server is busy with under load: Python, kernel, libraries",
    "fanout": "CPU of the server for each of up to 2,000 subscribers",
    "recovery": "replay of a long log, restart from a snapshot of many orders",
    "snapshot": "take, restore and keep the state, by how many orders are open",
    "scaling": "how cost grows with depth, accounts, instruments, followers, the log",
    "market": "3,700 companies, makers, followers, and a compliance day's burst",
    "worst": "the dearest requests: their cost, and an honest client beside an attacker",
    "soak": "an hour of steady load: memory and latency, minute by minute",
}
PLOTS: Final = "plots"


def main() -> None:
    """Run the chosen parts; print and save each report."""
    listed = {**PARTS, PLOTS: "draw the charts of all results into docs/plots"}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {part:<10} {what}" for part, what in listed.items()),
    )
    parser.add_argument("parts", nargs="*", metavar="PART", default=[*PARTS, PLOTS])
    parser.add_argument("--quick", action="store_true", help="small workloads, to try")
    chosen = parser.parse_args()
    unknown = [part for part in chosen.parts if part not in {*PARTS, PLOTS}]
    if unknown:
        parser.error(f"{unknown[0]} is no part: {', '.join([*PARTS, PLOTS])}")
    for part in chosen.parts:
        if part == PLOTS:
            _draw()
            continue
        module = importlib.import_module(f"benchmarks.{part}")
        measure: Measure = module.measure
        report = measure(chosen.quick)
        print(report.text())
        if not chosen.quick:
            print(f"written to {report.save()}\n")


def _draw() -> None:
    # imported late: it needs matplotlib
    plots = importlib.import_module("benchmarks.plots")
    for path in plots.draw():
        print(f"drawn: {path}")


if __name__ == "__main__":
    main()
