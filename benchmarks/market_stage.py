"""A server and the client processes of its market, from start to end.

During the run the memory of server and follower is sampled once a second. The
sessions' records come back as columns: due time, duration and session.
"""

from __future__ import annotations

import subprocess
import sys
import time
from array import array
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from benchmarks.market_plan import (
    COLUMNS,
    SECOND_NS,
    Outcome,
    Part,
    Role,
    past,
    seconds,
)
from benchmarks.processes import children, cpu_ns, line, resident, tell
from benchmarks.serving import Served, configure, serving, verified, write_past


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.market_plan import Cast, Phase


AHEAD_SECONDS: Final = 1.0  # from the last login to the start


class Columns(NamedTuple):
    """The events of one role; times are in nanoseconds from the start."""

    when: array[int]
    took: array[int]
    who: array[int]
    done: array[int]

    def between(self, start: float, end: float) -> Columns:
        """Return the events due from ``start`` to ``end``, in seconds."""
        first, last = int(start * SECOND_NS), int(end * SECOND_NS)
        return self._where([first <= when < last for when in self.when])

    def taken(self) -> Columns:
        """Return the accepted requests."""
        return self._where(self.done)

    def _where(self, kept: Sequence[int]) -> Columns:
        return Columns(*(array("q", compress(column, kept)) for column in self))


class Memory(NamedTuple):
    """Resident MB of server and follower; ``at`` is in seconds from the start."""

    at: list[float]
    server: list[float]
    follower: list[float]


class Played(NamedTuple):
    """The results of a run; ``verified`` is the output of ``carbonex verify``."""

    login_seconds: float
    outcomes: dict[Role, Outcome]
    columns: dict[Role, Columns]
    memory: Memory
    server_cpu: float  # CPU seconds during the market
    verified: str


def play(directory: Path, parts: list[Part]) -> Played:
    """Write the venue, serve it, run every part in its own process, and verify.

    Each part's ``port`` and ``directory`` are filled in.

    Raises:
        RuntimeError: If a process ends early; the message has its exit code.
        subprocess.CalledProcessError: If the server does not stop cleanly, or its
            log does not verify.

    """
    venue = directory / "venue"
    configure(venue)
    write_past(venue, past(parts[0].cast))
    with serving(venue) as served:
        began = time.perf_counter()
        players = [_player(part, served, directory) for part in parts]
        try:
            for player in players:
                line(player)  # logged in
            login_seconds = time.perf_counter() - began
            before_ns = cpu_ns(served.process.pid)
            memory = _start(players, served.process.pid, parts[0].phases)
            outcomes = [_outcomes(player) for player in players]
            cpu = (cpu_ns(served.process.pid) - before_ns) / SECOND_NS
        finally:
            for player in players:
                player.kill()
                player.communicate()
        served.stop()
    by_role = {outcome.role: outcome for each in outcomes for outcome in each}
    columns = {role: _columns(directory, role) for role in by_role}
    return Played(login_seconds, by_role, columns, memory, cpu, verified(venue))


def plan(cast: Cast, phases: list[Phase], roles: list[Role], **settings: float) -> Part:
    """Return a part of a market for ``play``."""
    part = Part(0, cast, roles, phases, "")
    return msgspec.structs.replace(part, **settings)


def _player(part: Part, served: Served, directory: Path) -> subprocess.Popen[str]:
    part = msgspec.structs.replace(part, port=served.port, directory=str(directory))
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.market_client"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    tell(process, msgspec.json.encode(part))
    return process


def _start(
    players: list[subprocess.Popen[str]], pid: int, phases: list[Phase]
) -> Memory:
    """Start all clients at the same time; sample the memory until the end."""
    start_ns = time.monotonic_ns() + int(AHEAD_SECONDS * SECOND_NS)
    for player in players:
        tell(player, b"%d" % start_ns)
    memory = Memory([], [], [])
    for second in range(int(seconds(phases)) + 1):
        due_ns = start_ns + second * SECOND_NS
        time.sleep(max(0.0, (due_ns - time.monotonic_ns()) / SECOND_NS))
        memory.at.append(float(second))
        memory.server.append(resident(pid) / 1e6)
        memory.follower.append(sum(map(resident, children(pid))) / 1e6)
    return memory


def _outcomes(player: subprocess.Popen[str]) -> list[Outcome]:
    return msgspec.json.decode(line(player), type=list[Outcome])


def _columns(directory: Path, role: Role) -> Columns:
    columns = []
    for name in COLUMNS:
        column = array("q")
        column.frombytes((directory / f"{role}.{name}").read_bytes())
        columns.append(column)
    return Columns(*columns)
