"""The real disk: modes, locks between processes, and syncs that do happen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import LockedError, LogReader, OsDisk, SegmentLog
from journal.samples import VENUE, fill, remove_beginning, rows


if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a process that can import what this one can."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        arguments, env=environment, capture_output=True, text=True, check=False
    )


def test_the_log_works_on_real_files(tmp_path: Path) -> None:
    with SegmentLog(tmp_path / "venue", VENUE, segment_bytes=100_000) as log:
        written = fill(log, 50, size=5000)
        remove_beginning(log, 20)
        first, last = log.bounds()
        assert 1 < first <= 20
        assert last == 50
        assert not log.full
    with SegmentLog(tmp_path / "venue", VENUE) as log:
        assert rows(log) == written[first - 1 :]
        (warning,) = log.warnings
        assert warning.startswith(f"positions 1 to {first - 1} are neither in")
        log.reserve_bytes = 1 << 62
        assert log.full
    assert rows(LogReader(tmp_path / "venue")) == written[first - 1 :]


def test_nobody_else_can_read_the_directory(tmp_path: Path) -> None:
    directory = tmp_path / "venue"
    directory.mkdir(mode=0o755)
    old = os.umask(0)
    try:
        with SegmentLog(directory, VENUE) as log:
            fill(log, 1)
            log.roll()
    finally:
        os.umask(old)
    for path in (directory, *directory.rglob("*")):
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_second_process_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from carbonex.journal import SegmentLog\n"
        "SegmentLog(pathlib.Path(sys.argv[1]), 'test-venue')\n"
    )
    with SegmentLog(tmp_path, VENUE):
        second = run(sys.executable, "-c", script, str(tmp_path))
        assert second.returncode == 1
        expected = f"LockedError: {tmp_path} is in use by process {os.getpid()}"
        assert expected in second.stderr
        with pytest.raises(LockedError):
            SegmentLog(tmp_path, VENUE)
    assert run(sys.executable, "-c", script, str(tmp_path)).returncode == 0


def test_reads_and_writes_that_the_kernel_cuts_short_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux moves at most 2 GiB at once; here it is seven bytes."""
    pread, pwrite = os.pread, os.pwrite
    monkeypatch.setattr(os, "pread", lambda fd, n, at: pread(fd, min(n, 7), at))
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: pwrite(fd, data[:7], at))
    disk = OsDisk()
    fd = disk.open_write(tmp_path / "file")
    data = bytes(range(100))
    disk.pwrite(fd, data, 5)
    assert disk.size(fd) == 105
    assert disk.read(fd, 1000, 5) == data
    disk.close(fd)


PUBLISH = """
import pathlib, sys
from carbonex.engine import Batch, Deposit
from carbonex.journal import SegmentLog
log = SegmentLog(pathlib.Path(sys.argv[1]), "traced")
for i in range(5):
    log.publish(Batch(i, 1, 1, i, [Deposit("", "a", 1, f"ref-{i}")]))
    sys.stderr.write(f"answer {i}\\\n")
    sys.stderr.flush()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_sync_of_a_row_has_returned_before_its_answer(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    traced = run(
        *("strace", "-f", "-s", "100", "-o", str(trace)),
        *("-e", "trace=pwrite64,fdatasync,write,openat"),
        *(sys.executable, "-c", PUBLISH, str(tmp_path / "venue")),
    )
    if "ptrace" in traced.stderr.lower():
        pytest.skip("strace may not trace here")
    assert traced.returncode == 0, traced.stderr
    calls = trace.read_text()
    opened = re.findall(r"/log/0*1\.log\", O_RDWR.* = (\d+)", calls)
    segment = opened[-1]
    order = re.findall(
        rf"(pwrite64|fdatasync)\({segment}[,)].* = \d+|write\(2, \"(answer) \d", calls
    )
    steps = [call or answer for call, answer in order]
    publishing = steps[steps.index("answer") - 2 :]
    assert publishing == ["pwrite64", "fdatasync", "answer"] * 5
