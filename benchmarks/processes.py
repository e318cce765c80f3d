"""Start processes, talk to them and measure them.

Interpreters that have only the standard library import this module, too.
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


CPU_CLOCK: Final = 2  # CPUCLOCK_SCHED of a process, from <linux/posix-timers.h>
SPARE_FILES: Final = 64  # descriptors beyond the sockets


@contextlib.contextmanager
def running(command: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process with ``more`` in its environment; terminate it in any case."""
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
    """Return a module's output; it gets ``told`` on standard input.

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
        RuntimeError: If it ends instead; the message has its exit code.

    """
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise RuntimeError(f"{process.args!r} ended early: {process.wait()}")
    return said


def tell(process: subprocess.Popen[str], what: bytes) -> None:
    """Send a line to a process's standard input."""
    assert process.stdin is not None
    process.stdin.write(what.decode() + "\n")
    process.stdin.flush()


def cpu_ns(pid: int) -> int:
    """Return the CPU time that a process has used so far, in nanoseconds.

    It is the user and system time of all threads by the process's clock
    (clock_getcpuclockid), because /proc/PID/stat counts in steps of 10 ms.
    """
    return time.clock_gettime_ns(~pid << 3 | CPU_CLOCK)


def kept_waiting_ns(pid: int) -> int:
    """Return how long a process's threads were ready to run without a processor.

    The total is in nanoseconds, from the scheduler's count
    (/proc/PID/task/TID/schedstat). Threads that have ended are not included.
    """
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[1]) for task in tasks)


def resident(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def most_resident(pid: int) -> int:
    """Return the peak resident memory of a process since its start, in bytes.

    getrusage is unsuitable: its value includes the parent's memory at the start.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def children(pid: int) -> list[int]:
    """Return the child processes of a process: the server's follower."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text(encoding="ascii").split()]


def allow_files(count: int) -> None:
    """Let this process open ``count`` sockets, and some files.

    Raises:
        ValueError: If the system's hard limit is lower.

    """
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + SPARE_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + SPARE_FILES, most))
