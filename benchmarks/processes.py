"""Processes that a benchmark starts, talks to and looks at.

Interpreters that have no more than the standard library read it, too.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator


CPU_CLOCK: Final = 2  # of <linux/posix-timers.h>: CPUCLOCK_SCHED of a process
SPARE_FILES: Final = 64  # beside sockets


@contextlib.contextmanager
def running(command: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process, with ``more`` in its environment, and end it in any case."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **more},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def printed(module: str, *arguments: str, told: bytes = b"") -> bytes:
    """Return what a module prints that is given ``told`` on standard input.

    Raises:
        subprocess.CalledProcessError: If it fails.

    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=told,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints.

    Raises:
        RuntimeError: If it ends instead; the message has its code.

    """
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise RuntimeError(f"{process.args!r} ended early: {process.wait()}")
    return said


def tell(process: subprocess.Popen[str], what: bytes) -> None:
    """Give a process a line."""
    assert process.stdin is not None
    process.stdin.write(what.decode() + "\n")
    process.stdin.flush()


def cpu_ns(pid: int) -> int:
    """Return what a process has had of the processors so far, in nanoseconds.

    User and system time of all its threads, by its clock (clock_getcpuclockid),
    because /proc/PID/stat counts in steps of 10 ms.
    """
    return time.clock_gettime_ns(~pid << 3 | CPU_CLOCK)


def kept_waiting_ns(pid: int) -> int:
    """Return how long a process's threads were ready to run and had no processor.

    In nanoseconds so far, by the scheduler's own count (/proc/PID/task/TID/schedstat);
    of threads that have ended nothing is known.
    """
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[1]) for task in tasks)


def resident(pid: int) -> int:
    """Return the memory that a process holds, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def most_resident(pid: int) -> int:
    """Return the most memory that a process has held since it began, in bytes.

    What getrusage tells is no less than its parent held when it was started.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def children(pid: int) -> list[int]:
    """Return the processes that a process has started: the server's follower."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text(encoding="ascii").split()]


def allow_files(count: int) -> None:
    """Let this process have as many sockets, and some files.

    Raises:
        ValueError: If the system does not allow so many.

    """
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + SPARE_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + SPARE_FILES, most))
