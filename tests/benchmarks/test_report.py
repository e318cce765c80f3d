"""A report is text to read and JSON to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchmarks.report import Chart, Figure, Ratio, Report, Series


if TYPE_CHECKING:
    from pathlib import Path


def _report() -> Report:
    ours, theirs = Figure("ours", "/s", [4.0, 6.0]), Figure("theirs", "/s", [2.0, 2.0])
    return Report(
        "engine",
        "a workload",
        limits=[Figure("limit", "/s", [10.0])],
        figures=[ours, theirs],
        ratios=[Ratio.of("ours / theirs", ours, theirs, "≥ 2")],
        notes=["a note"],
        charts=[Chart("depth", "Depth", "x", "y", [Series("ours", [1.0], [2.0])])],
    )


def test_a_report_comes_back_from_its_file(tmp_path: Path) -> None:
    report = _report()
    path = report.save(tmp_path)
    assert path.name == "engine.json"
    assert msgspec.json.decode(path.read_bytes(), type=Report) == report


def test_a_ratio_is_taken_run_by_run() -> None:
    assert _report().ratios[0].values == [2.0, 3.0]


def test_the_text_has_workload_machine_limit_ratio_and_goal() -> None:
    text = _report().text()
    for words in ("a workload", "cores", "limit", "2.50 ×", "goal ≥ 2", "a note"):
        assert words in text
