"""``python -m benchmarks [PART …]``: engine, gateway and recovery, or some of them.

``--commands COUNT`` has the engine, and recovery, go through so many.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import gateway, recovery
from benchmarks.flow import ACCOUNTS, BATCH


PEER = "matching-engine"
PARTS = ("engine", "gateway", "recovery")
COMMANDS = 100_000  # leaves some 14,000 orders resting
ROUNDS = 15  # short pairs: this kind of machine drifts within seconds


def main() -> None:
    """Measure what is asked for and print it with its workload and the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--commands", type=int, metavar="COUNT")
    chosen = parser.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"{min(unknown)} is no part: {', '.join(PARTS)}")
    print(f"{platform.platform()}, {_cpu()}, {os.cpu_count()} cores")
    print(f"load average {os.getloadavg()[0]:.1f} at the start")
    names = ("msgspec", "sortedcontainers", "uvloop", "websockets")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {versions}\n")
    for part in chosen.parts or PARTS:
        if part == "engine":
            engine_against_peer(chosen.commands or COMMANDS)
        elif part == "gateway":
            gateway_against_echo()
        else:
            recovery.main(chosen.commands or recovery.COMMANDS)


def engine_against_peer(count: int) -> None:
    """Print commands per second in process, in alternating pairs of runs."""
    print(
        f"engine: {count:,} commands, 55 % add, 40 % cancel, 5 % cross,"
        f" {ACCOUNTS} accounts, batches of {BATCH}, {ROUNDS} pairs of runs,"
        f" {PEER} {version(PEER)}"
    )
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        theirs.append(_run("benchmarks.matching_engine_peer", count))
        ours.append(_run("benchmarks.engine", count))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    print(f"  carbonex, with accounts and events  {_rates(ours)}")
    print(f"  {PEER}, without accounts    {_rates(theirs)}")
    print(
        f"  ratio, pair by pair: median {statistics.median(ratios):.2f}"
        f" ({min(ratios):.2f} to {max(ratios):.2f})\n"
    )


def gateway_against_echo() -> None:
    """Print durable WebSocket orders per second, beside the bare transport."""
    print(
        f"gateway: {gateway.CONNECTIONS} connections, {gateway.WINDOW} requests in"
        f" flight on each, {gateway.FRAMES:,} requests each (55/40/5), closed loop,"
        f" JSON, every answer after its fdatasync, {gateway.ROUNDS} pairs of runs"
    )
    pairs = [gateway.measure() for _ in range(gateway.ROUNDS)]
    ours = [durable.answers / durable.seconds for durable, _ in pairs]
    echoes = [bare.answers / bare.seconds for _, bare in pairs]
    ratios = [a / b for a, b in zip(ours, echoes, strict=True)]
    print(f"  carbonex, durable orders            {_rates(ours)}")
    print(f"  bare WebSocket echo                 {_rates(echoes)}")
    print(
        f"  ratio, pair by pair: median {statistics.median(ratios):.2f}"
        f" ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _rates(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{statistics.median(values):>9,.0f}/s  ({low:,.0f} to {high:,.0f})"


def _run(module: str, count: int) -> float:
    """Run one side in a process of its own, on the same interpreter."""
    done = subprocess.run(
        [sys.executable, "-m", module, str(count)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return float(done.stdout)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
