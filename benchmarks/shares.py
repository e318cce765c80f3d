"""``python -m benchmarks shares``: where the server spends CPU in a closed loop.

Linux's perf samples all threads of the server ``HZ`` times per CPU second while
``load`` runs. Each sample belongs to a library or to the kernel.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.limits import CONNECTIONS, WINDOW
from benchmarks.load import Load
from benchmarks.report import Figure, Report
from benchmarks.servers import drive, venue


if TYPE_CHECKING:
    from collections.abc import Iterator


HZ: Final = 999
TOP: Final = 10  # functions listed, of those with known names

KERNEL: Final = "kernel"
OTHER: Final = "other libraries"
UNKNOWN: Final = "[unknown]"  # a function of a library without symbols
# A library's owner, by a part of its path after the last "site-packages".
OWNERS: Final = {
    "__mypyc": "carbonex, compiled",
    "msgspec": "msgspec",
    "websockets": "websockets",
    "uvloop": "uvloop",
    "_blake2": "BLAKE2b",
    "libc.so": "libc",
    "libpython": "Python",
    "python3": "Python",
}


class Size(NamedTuple):
    """The number of runs, each with a new server, and frames per connection."""

    rounds: int
    frames: int


FULL: Final = Size(3, 25_000)
QUICK: Final = Size(1, 1_500)


class NoSamplesError(Exception):
    """perf is unavailable; the message says why and what to do."""


class Sample(NamedTuple):
    """A sample's library, and its function if known."""

    library: str
    function: str


def measure(quick: bool) -> Report:  # noqa: FBT001 - what every part has
    """Sample the server in every round; return the shares, or why there are none."""
    size = QUICK if quick else FULL
    report = Report(
        "shares",
        f"JSON orders (55 % add, 40 % cancel, 5 % cross), durable, {CONNECTIONS}"
        f" connections, {WINDOW} in flight on each, {size.frames:,} each; a sample for"
        f" each {1000 / HZ:.0f} ms of the server's processor time (perf, cpu-clock)",
    )
    try:
        runs = [sampled(size.frames) for _ in range(size.rounds)]
    except NoSamplesError as error:
        report.notes.append(f"no shares: {error}")
        return report
    shares = [shared(run) for run in runs]
    for owner in {owner: None for found in shares for owner in found}:
        values = [found.get(owner, 0.0) for found in shares]
        report.figures.append(Figure(owner, "%", values))
    report.figures.sort(key=lambda figure: -figure.median)
    named = Counter(sample for sample in runs[-1] if sample.function != UNKNOWN)
    report.notes += [
        f"{100 * count / len(runs[-1]):4.1f} %  {function}  {Path(library).name}"
        for (library, function), count in named.most_common(TOP)
    ]
    return report


def sampled(frames: int) -> list[Sample]:
    """Run a new server under load; return the samples.

    Raises:
        NoSamplesError: If perf is missing, or may not observe the server.

    """
    with tempfile.TemporaryDirectory() as name, venue(CONNECTIONS) as server:
        path = Path(name) / "perf.data"
        with _recording(server.pid, path):
            drive(Load(server.port, CONNECTIONS, WINDOW, frames, server.keys))
        return samples(_perf("script", "-i", str(path), "-F", "ip,sym,dso"))


def samples(script: str) -> list[Sample]:
    """Parse perf's line per sample: address, function, (library)."""
    found = re.findall(r"(?m)^\s*[0-9a-f]+ (.+) \((.+)\)$", script)
    return [Sample(library, function) for function, library in found]


def shared(run: list[Sample]) -> dict[str, float]:
    """Return the share of each owner in per cent."""
    counts = Counter(owner(sample.library) for sample in run)
    return {name: 100 * count / len(run) for name, count in counts.items()}


def owner(library: str) -> str:
    """Return the owner of a library; kernel parts are in brackets."""
    if library.startswith("["):
        return KERNEL
    path = library.rpartition("site-packages")[2]
    found = (name for part, name in OWNERS.items() if part in path)
    return next(found, OTHER)


@contextlib.contextmanager
def _recording(pid: int, path: Path) -> Iterator[None]:
    """Let perf sample a process while the block runs."""
    program = _perf_here()
    asked, ask = os.pipe()
    told, tell = os.pipe()
    record = ("record", "-e", "cpu-clock", "-F", str(HZ), "-p", str(pid))
    control = ("-D", "-1", f"--control=fd:{asked},{tell}")
    with subprocess.Popen(
        [program, *record, *control, "-o", str(path)],
        pass_fds=(asked, tell),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as perf:
        os.close(asked)
        os.close(tell)
        with os.fdopen(ask, "wb", 0) as enable, os.fdopen(told, "rb") as answer:
            with contextlib.suppress(BrokenPipeError):
                enable.write(b"enable\n")
            looks = answer.readline() != b""  # empty if perf has ended
            try:
                if looks:
                    yield
            finally:
                perf.send_signal(signal.SIGINT)
                _, said = perf.communicate()
    if not looks:
        raise NoSamplesError(f"perf may not look at the server: {said.strip()}")


def _perf(*arguments: str) -> str:
    done = subprocess.run(
        [_perf_here(), *arguments], capture_output=True, check=True, text=True
    )
    return done.stdout


def _perf_here() -> str:
    perf = which("perf")
    if perf is None:
        raise NoSamplesError("perf is missing: install it (apt-get install linux-perf)")
    return perf
