"""A few rounds of ``make crash``, and one of a server that must not pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stranger import eventually

from .__main__ import main
from .rounds import End, Rounds


if TYPE_CHECKING:
    from pathlib import Path

    import pytest


# What is written reaches the kernel an hour later: a kill comes before.
WRITTEN_LATE: Final = """
import os, threading
from carbonex.journal.disk import OsDisk
def later(self, fd, data, offset):
    threading.Timer(3600, os.pwrite, [fd, bytes(data), offset]).start()
OsDisk.pwrite = later
"""


async def test_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    """Each way to end a round, then a clean end; the day ends in the first one."""
    async with Rounds.begun(tmp_path, seed=1) as rounds:
        for end in (End.AT_DAY_END, *End):
            await rounds.round(end)
            assert rounds.faults == []
        await rounds.verify()
        await rounds.finish()
    assert rounds.faults == []
    assert rounds.restarts == len(End) + 2
    assert rounds.logged.days >= 2
    assert rounds.stated > 0
    assert rounds.told.answered > 0


async def test_an_answer_before_its_record_is_written_is_seen(tmp_path: Path) -> None:
    async with Rounds.begun(tmp_path, seed=2, mistake=WRITTEN_LATE) as rounds:
        await eventually(lambda: len(rounds.told.placed) > 0)
        await rounds.round(End.UNDER_LOAD)
    assert any("told that it is" in fault for fault in rounds.faults)


def test_the_last_line_sums_it_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["crash", "--rounds", "2", "--seed", "5"])
    assert main() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(
        r"rounds 2, seed 5, commands \d+, answered \d+ .* unknown resolved \d+ .*"
        r" executions \d+, .* digests stated and confirmed \d+ at starts and \d+ in"
        r" checkpoints, recovery .*: nothing lost, nothing twice",
        last,
    )
