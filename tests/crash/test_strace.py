"""The kernel's word for it: fdatasync returns before the answer is sent."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from stranger import JSON, MSGPACK, eventually

from .orders import Sender
from .serving import Serving, make_venue


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    tried = subprocess.run([strace, "-o", "/dev/null", "true"], check=False)
    return tried.returncode == 0


pytestmark = pytest.mark.skipif(
    not _can_trace(), reason="strace is not installed, or may not trace here"
)

SENDS: Final = ("write", "writev", "sendto", "sendmsg")
CALLS: Final = ("pwrite64", "fdatasync", *SENDS)
MEGABYTE: Final = 1 << 20

# A lone order is made durable in the loop where the last batch was quick, and
# handed to the commit thread where it was not.
PATH: Final = "import carbonex.gateway.server.pipeline as p; p.QUICK_SECONDS = {}\n"
IN_LOOP, IN_THREAD = PATH.format(3600), PATH.format(0)

# Two mistakes that the trace must show.
NEVER_SYNCED: Final = """
from carbonex.journal.disk import OsDisk
OsDisk.sync = lambda self, fd: None
"""
SYNCED_LATE: Final = """
import os, threading
from carbonex.journal.disk import OsDisk
def late(self, fd):
    threading.Timer(0.05, os.fdatasync, [fd]).start()
OsDisk.sync = late
"""

_BEGUN: Final = re.compile(
    r"(?P<pid>\d+) +(?P<call>\w+)\(\d+<(?P<file>[^>]*(?:->[^>]*)?)>(?P<rest>.*)"
)
_RESUMED: Final = re.compile(
    r"(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)"
)
_RETURNED: Final = re.compile(r" = (-?\d+)")


class Call(NamedTuple):
    """One system call: the lines of the trace in which it began and returned."""

    pid: int
    name: str
    file: str
    text: str
    began: int
    returned: int
    result: int


def calls_of(trace: str) -> list[Call]:
    """Return the finished calls of ``strace -f -yy``, in the order they began."""
    return sorted(_finished(trace), key=lambda call: call.began)


def _finished(trace: str) -> Iterator[Call]:
    under_way: dict[str, tuple[re.Match[str], int]] = {}
    for number, line in enumerate(trace.splitlines()):
        if begun := _BEGUN.match(line):
            if line.endswith("<unfinished ...>"):
                under_way[begun["pid"]] = begun, number
                continue
            began, rest = number, begun["rest"]
        elif resumed := _RESUMED.match(line):
            begun, began = under_way.pop(resumed["pid"], (None, 0))
            rest = resumed["rest"]
        if begun is None:
            continue
        result = _RETURNED.findall(rest)
        yield Call(
            int(begun["pid"]),
            begun["call"],
            begun["file"],
            begun["rest"],
            began,
            number,
            int(result[-1]) if result else -1,
        )


class Way(NamedTuple):
    """One order's way: written to the log, synced, answered; None is a missing one."""

    written: Call
    synced: Call | None
    answered: Call

    @property
    def durable_first(self) -> bool:
        """Whether the sync had returned, with success, before the answer began."""
        synced = self.synced
        return synced is not None and synced.returned < self.answered.began

    @property
    def in_loop(self) -> bool:
        """Whether the thread that answered had written it to the log, too."""
        return self.written.pid == self.answered.pid


def way_of(calls: list[Call], name: str) -> Way:
    """Return the way of the order with that client order id."""
    mentions = [
        call
        for call in calls
        if f"{name}\\" in call.text
        or f'{name}"' in call.text
        or f'{name}\\"' in call.text
    ]
    (written,) = [
        c for c in mentions if c.name == "pwrite64" and c.file.endswith(".log")
    ]
    synced = [
        call
        for call in calls
        if call.name == "fdatasync"
        and (call.file, call.pid, call.result) == (written.file, written.pid, 0)
        and call.began > written.returned
    ]
    answers = [call for call in mentions if call.name in SENDS and "TCP" in call.file]
    return Way(written, synced[0] if synced else None, answers[0])
