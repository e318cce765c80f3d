"""Charts become SVG: the same bytes for the same results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.report import Chart, Report, Series


if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib", reason="matplotlib is in the bench extra")

from benchmarks import plots


LINES = [Series(f"line {n}", [1.0, 10.0, 500.0], [n, 2.0 * n, 9.0]) for n in (1, 2)]


@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_a_chart_is_drawn_the_same_every_time(log: str, tmp_path: Path) -> None:
    chart = Chart("try", "A title", "subscribers", "CPU, µs", LINES, log)
    Report("part", "a try", charts=[chart]).save(tmp_path)
    (first,) = plots.draw(tmp_path, tmp_path / "one")
    (second,) = plots.draw(tmp_path, tmp_path / "two")
    assert first.name == "try.svg"
    assert first.read_bytes() == second.read_bytes()
    text = first.read_text(encoding="utf-8")
    for words in ("A title", "subscribers", "CPU, µs", "line 1", "line 2"):
        assert words in text
    assert "dc:date" not in text


def test_without_results_nothing_is_drawn(tmp_path: Path) -> None:
    assert plots.draw(tmp_path, tmp_path) == []
