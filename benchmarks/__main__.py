"""``python -m benchmarks``: the engine and the gateway, each against a peer.

``python -m benchmarks COUNT`` runs the engine's part alone, on COUNT commands.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import gateway
from benchmarks.flow import ACCOUNTS, BATCH


PEER = "matching-engine"
COMMANDS = 100_000  # leaves some 14,000 orders resting
ROUNDS = 15  # short pairs: this kind of machine drifts within seconds


def main() -> None:
    """Measure everything and print it with its workload and the machine."""
    print(f"{platform.platform()}, {_cpu()}, {os.cpu_count()} cores")
    names = (PEER, "msgspec", "sortedcontainers", "uvloop", "websockets")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {versions}\n")
    engine_against_peer(int(sys.argv[1]) if sys.argv[1:] else COMMANDS)
    if not sys.argv[1:]:
        gateway_against_echo()


def engine_against_peer(count: int) -> None:
    """Print commands per second in process, in alternating pairs of runs."""
    print(
        f"engine: {count:,} commands, 55 % add, 40 % cancel, 5 % cross,"
        f" {ACCOUNTS} accounts, batches of {BATCH}, {ROUNDS} pairs of runs"
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
