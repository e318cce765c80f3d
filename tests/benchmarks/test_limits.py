"""Each limit is measured as often as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import limits


if TYPE_CHECKING:
    from pathlib import Path


def test_commits_and_syncs(tmp_path: Path) -> None:
    for measured in (limits.commits(5, tmp_path), limits.syncs(5, tmp_path)):
        assert len(measured) == 5
        assert min(measured) > 0
    assert list(tmp_path.iterdir()) == []


def test_round_trips() -> None:
    assert len(limits.round_trips(20)) == 20
    assert len(limits.echo_round_trips(20)) == 20


def test_percentiles_are_microseconds() -> None:
    values = [n * 1_000 for n in range(1, 100)]
    assert limits.percentile(values, 50) == pytest.approx(50)
    assert limits.percentile(values, 99) == pytest.approx(99)
