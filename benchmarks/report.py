"""The report of a benchmark part: figures, ratios and charts, as text and JSON.

A figure holds the value of every run, so that readers see the spread. A claim is a
ratio of two figures that were measured side by side, run by run.
"""

from __future__ import annotations

import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.machine import Machine


RESULTS: Final = Path(__file__).parent / "results"


class Figure(msgspec.Struct, frozen=True):
    """A measurement: the value of every run, in ``unit``."""

    name: str
    unit: str
    values: list[float]
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def line(self) -> str:
        """Return name, median, unit and range on one line."""
        spread = ""
        if len(self.values) > 1:
            low, high = min(self.values), max(self.values)
            spread = f"  ({number(low)} to {number(high)}, {len(self.values)} runs)"
        note = f"  {self.note}" if self.note else ""
        return f"  {self.name:<46}{number(self.median):>12} {self.unit}{spread}{note}"


class Ratio(msgspec.Struct, frozen=True):
    """Two figures, divided run by run; ``goal`` is the target."""

    name: str
    values: list[float]
    goal: str = ""

    @classmethod
    def of(cls, name: str, ours: Figure, theirs: Figure, goal: str = "") -> Ratio:
        """Divide the runs of ``ours`` by those of ``theirs``, pair by pair."""
        pairs = zip(ours.values, theirs.values, strict=True)
        return cls(name, [a / b for a, b in pairs], goal)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def line(self) -> str:
        """Return name, median, range and goal on one line."""
        low, high = min(self.values), max(self.values)
        goal = f"  goal {self.goal}" if self.goal else ""
        return (
            f"  {self.name:<46}{self.median:>12.2f} ×  ({low:.2f} to {high:.2f}){goal}"
        )


class Series(msgspec.Struct, frozen=True):
    """One line of a chart."""

    name: str
    x: list[float]
    y: list[float]


class Chart(msgspec.Struct, frozen=True):
    """A chart that ``python -m benchmarks plots`` draws as ``docs/plots/NAME.svg``.

    ``log`` names the logarithmic axes: "", "x", "y" or "xy".
    """

    name: str
    title: str
    x: str
    y: str
    series: list[Series]
    log: str = ""


class Report(msgspec.Struct):
    """The results of one part, with its workload and the machine.

    ``limits`` are the machine's limits, measured in the same run.
    """

    part: str
    workload: str
    machine: Machine = msgspec.field(default_factory=Machine.here)
    limits: list[Figure] = []
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    notes: list[str] = []
    charts: list[Chart] = []
    command: str = msgspec.field(
        default_factory=lambda: " ".join(["python -m benchmarks", *sys.argv[1:]])
    )
    date: str = msgspec.field(
        default_factory=lambda: datetime.now(UTC).date().isoformat()
    )

    def text(self) -> str:
        """Return the report as text, for a terminal and for the log of results."""
        lines = [
            self.command,
            *self.machine.lines(),
            "",
            f"{self.part}: {self.workload}",
        ]
        if self.limits:
            lines += ["the machine's limits", *(f.line() for f in self.limits)]
        lines += [figure.line() for figure in self.figures]
        lines += [ratio.line() for ratio in self.ratios]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines) + "\n"

    def save(self, directory: Path = RESULTS) -> Path:
        """Write the report as ``PART.json``; return its path."""
        directory.mkdir(exist_ok=True)
        path = directory / f"{self.part}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")
        return path


def number(value: float) -> str:
    """Return a number with three significant digits, or all its whole digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.3g}"
