"""What strace has seen of a server: system calls, when each began and returned."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SENDS: Final = ("write", "writev", "sendto", "sendmsg")
_CALLS: Final = ",".join(("pwrite64", "fdatasync", *SENDS))
_BEGUN: Final = re.compile(r"(\d+) +(\w+)\(\d+<((?:->|[^>])*)>(.*)")
_RESUMED: Final = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_RESULT: Final = re.compile(r"\) += (-?\d+)[^\"]*$")


def can_trace() -> bool:
    """Tell whether strace is installed and may trace here."""
    strace = shutil.which("strace")
    if strace is None:
        return False
    tried = subprocess.run(
        [strace, "-f", "-o", "/dev/null", "true"], check=False, capture_output=True
    )
    return tried.returncode == 0


def tracing(output: Path) -> tuple[str, ...]:
    """Return the command that traces what follows it into ``output``.

    The tracer is a grandchild, so that signals and exit codes are the server's;
    texts are long enough to show a whole batch.
    """
    return (
        "strace",
        "-D",
        "-f",
        "-yy",
        "-s",
        "1000000",
        "-e",
        f"trace={_CALLS}",
        "-o",
        str(output),
    )


def has_ended(trace: str, pid: int) -> bool:
    """Tell whether the trace of that process is complete."""
    return re.search(rf"^{pid} +\+\+\+ exited", trace, re.MULTILINE) is not None


class Call(NamedTuple):
    """One call: the lines of the trace in which it began and returned.

    A call in one line has neither a beginning nor an end of another in it.
    """

    thread: int
    name: str
    file: str
    text: str
    began: int
    returned: int
    result: int


def calls_of(trace: str) -> list[Call]:
    """Return the finished calls, in the order they began."""
    return sorted(_finished(trace), key=lambda call: call.began)


def _finished(trace: str) -> Iterator[Call]:
    under_way: dict[str, tuple[int, re.Match[str]]] = {}
    for number, line in enumerate(trace.splitlines()):
        begun = _BEGUN.match(line)
        resumed = _RESUMED.match(line)
        if begun and line.endswith("<unfinished ...>"):
            under_way[begun[1]] = number, begun
        elif begun:
            yield _call(begun, number, number, line)
        elif resumed and resumed[1] in under_way:
            began, begun = under_way.pop(resumed[1])
            yield _call(begun, began, number, line)


def _call(begun: re.Match[str], began: int, returned: int, line: str) -> Call:
    result = _RESULT.search(line)
    code = int(result[1]) if result else -1
    return Call(int(begun[1]), begun[2], begun[3], begun[4], began, returned, code)


class Way(NamedTuple):
    """An order's way: written to the log, synced, answered. None: it never was."""

    written: Call
    synced: Call | None
    answered: Call

    @property
    def durable_first(self) -> bool:
        """Whether the sync had returned, with success, before the answer began."""
        return self.synced is not None and self.synced.returned < self.answered.began

    @property
    def in_loop(self) -> bool:
        """Whether the thread that answered had written it to the log, too."""
        return self.written.thread == self.answered.thread


def way_of(calls: list[Call], name: str) -> Way:
    """Return the way of the order with the client order id ``name``.

    Raises:
        ValueError, IndexError: If it was not written once, or not answered.

    """
    whole = re.compile(rf"{re.escape(name)}(?!\d)")
    mentions = [call for call in calls if whole.search(call.text)]
    (written,) = [
        call
        for call in mentions
        if call.name == "pwrite64" and call.file.endswith(".log")
    ]
    synced = [
        call
        for call in calls
        if (call.name, call.file, call.thread, call.result)
        == ("fdatasync", written.file, written.thread, 0)
        and call.began > written.returned
    ]
    answered = [call for call in mentions if call.name in SENDS and "TCP" in call.file]
    return Way(written, synced[0] if synced else None, answered[0])
