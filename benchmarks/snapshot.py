"""Snapshots: load, restore, take and save, by number of open orders."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.recovery import LEVELS, ROUNDS, run, write_snapshot
from benchmarks.report import Chart, Figure, Report, Series


SIZES = (10_000, 100_000, 1_000_000)


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Measure every size; ``quick``: a hundredth of each."""
    sizes = [size // 100 if quick else size for size in SIZES]
    report = Report(
        "snapshot",
        f"the state with {', '.join(f'{size:,}' for size in sizes)} open orders, each"
        f" with a client order id, at {LEVELS} prices a side; {ROUNDS} runs of each in"
        " processes of their own, seconds of the processor",
    )
    medians: dict[str, list[float]] = {}
    for size in sizes:
        for figure in of_size(size):
            medians.setdefault(figure.name, []).append(figure.median)
            report.figures.append(
                Figure(f"{size:,} orders: {figure.name}", figure.unit, figure.values)
            )
    megabytes = medians.pop("size")
    x = [float(size) for size in sizes]
    report.charts = [
        Chart(
            "snapshot-seconds",
            "A snapshot, by the orders that are open",
            "open orders",
            "CPU seconds",
            [Series(name, x, y) for name, y in medians.items()],
            log="xy",
        ),
        Chart(
            "snapshot-size",
            "A snapshot's size, by the orders that are open",
            "open orders",
            "MB",
            [Series("snapshot", x, megabytes)],
            log="xy",
        ),
    ]
    return report


def of_size(orders: int) -> list[Figure]:
    """Return the seconds of every step, and the size in MB, with ``orders`` open."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "venue"
        write_snapshot(directory, orders)
        runs = [run("snapshot", directory) for _ in range(ROUNDS)]
    sizes = [each.pop("bytes") / 1e6 for each in runs]
    steps = [Figure(step, "s", [each[step] for each in runs]) for step in runs[0]]
    return [*steps, Figure("size", "MB", sizes)]
