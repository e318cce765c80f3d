"""One engine over one flow: ``python -m benchmarks.engines.run ENGINE FLOW PASSES``.

It prints JSON. Each pass runs a new engine over the whole flow. The first pass warms
up, is not timed, and measures the memory of resting orders. With 0 passes it prints the
outcome of the flow instead.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.engines.workload import read
from benchmarks.processes import resident


if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.engines import Side


def measure(make: Callable[[], Side], flow: Path, passes: int) -> dict[str, Any]:
    """Return commands per second of each pass, and bytes per resting order."""
    _, each = _pass(make, flow)
    rates = [_pass(make, flow)[0] for _ in range(passes)]
    return {"rates": rates, "resident": each}


def outcome(make: Callable[[], Side], flow: Path) -> dict[str, Any]:
    """Return the rows to compare between engines."""
    engine = make()
    made = [row for _, ops in read(flow) for row in engine.outcome(engine.prepare(ops))]
    return {"outcome": made}


def _pass(make: Callable[[], Side], flow: Path) -> tuple[float, float]:
    """Return commands per second, and bytes per order that rested before."""
    gc.collect()
    gc.disable()  # as the server does while it is busy
    engine = make()
    before = timed = 0
    spent = grown = 0.0
    pid = os.getpid()
    held = resident(pid)
    for is_timed, ops in read(flow):
        count = len(ops)
        commands = engine.prepare(ops)
        del ops
        if not is_timed:
            engine.run(commands)
            before += count
            continue
        if not timed:
            grown = resident(pid) - held
            gc.freeze()
        timed += count
        started = time.process_time()
        engine.run(commands)
        del commands  # the time includes freeing the batch
        spent += time.process_time() - started
    gc.unfreeze()
    gc.enable()
    return timed / spent, grown / before if before else 0.0


def main() -> None:
    """Measure, or print the outcome, as the command line asks."""
    name, path, passes = sys.argv[1:]
    make = importlib.import_module(f"benchmarks.engines.{name}").Engine
    flow = Path(path)
    found = measure(make, flow, int(passes)) if int(passes) else outcome(make, flow)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
