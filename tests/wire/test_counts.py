"""One is told in the singular, whatever it is; no output counts by itself."""

from __future__ import annotations

import re

import pytest

from carbonex.wire.counts import counted
from sources import ROOT


# A number in braces and a plural behind it; of bytes there are always many.
BY_HAND = re.compile(
    r"\{(?!counted\()[^{}]*(?:len\(|:,)[^{}]*\} (?!bytes|reaches)[a-z]+s\b"
)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 bids"), (1, "1 bid"), (2, "2 bids"), (1234, "1,234 bids")],
)
def test_a_count(count: int, told: str) -> None:
    assert counted(count, "bid") == told


def test_a_noun_of_its_own() -> None:
    assert counted(1, "hash", "hashes") == "1 hash"
    assert counted(2, "hash", "hashes") == "2 hashes"


def test_no_output_of_the_command_line_counts_by_itself() -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in (ROOT / "gateway/carbonex/cli").rglob("*.py")
        for match in BY_HAND.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
