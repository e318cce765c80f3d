"""``python -m benchmarks [PART …]``: measure all of it, or some parts.

Each part prints its workload, the machine, the machine's limits and the ratios,
and writes them to ``benchmarks/results/PART.json``. ``plots`` draws what is there.
"""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, Final

from benchmarks.report import Report


if TYPE_CHECKING:
    from collections.abc import Callable

    Measure = Callable[[bool], Report]

# Parts, in the order in which ``make bench`` runs them; each is a module with
# ``measure(quick)``, which returns its report.
PARTS: Final = {
    "engine": "commands per second in process, by flow, beside the peers",
    "gateway": "durable WebSocket orders: capacity, and latency at fixed rates",
    "recovery": "replay of a long log, restart from a snapshot of many orders",
}


def main() -> None:
    """Measure what is asked for; print and save each report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {part:<10} {what}" for part, what in PARTS.items()),
    )
    parser.add_argument("parts", nargs="*", metavar="PART", default=[*PARTS])
    parser.add_argument("--quick", action="store_true", help="small workloads, to try")
    chosen = parser.parse_args()
    unknown = [part for part in chosen.parts if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is no part: {', '.join(PARTS)}")
    for part in chosen.parts:
        module = importlib.import_module(f"benchmarks.{part}")
        measure: Measure = module.measure
        report = measure(chosen.quick)
        print(report.text())
        if not chosen.quick:
            print(f"written to {report.save()}\n")


if __name__ == "__main__":
    main()
