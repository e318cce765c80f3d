"""The faults that strike in a history, and how often."""

from __future__ import annotations

from typing import Final, NamedTuple

from .disk import Trouble  # noqa: TC001 - a field names it
from .worker import Pace


class Plan(NamedTuple):
    """The frequency of each fault, as weights, and the mean ``seconds`` between faults.

    In a round of all faults each strikes as often as its weight says. ``life`` is the
    upper bound of callbacks and disk calls before a kill. ``spared`` is the share of
    servers that no fault ends for some seconds, so that slow timers fire, too.
    """

    seconds: float = 0.25
    drop: int = 6
    stall: int = 2
    slow: int = 8
    kill: int = 2
    kill_at_step: int = 3
    kill_in_disk: int = 2
    power_cut: int = 2
    power_in_disk: int = 3
    failing_disk: int = 2
    full_disk: int = 1
    stop: int = 2
    hang_up: int = 1
    history: int = 3
    crash_client: int = 1
    wall_clock: int = 1
    snapshot: int = 3
    archive: int = 5
    flip: int = 4
    late: int = 3
    lull: int = 4
    spared: float = 0.3
    at_start: float = 0.15
    beside: float = 0.3
    stutter: float = 0.05
    pace: Pace = Pace()
    day: int = 20
    life: int = 300


class Doom(NamedTuple):
    """The moment when the first server dies: before a callback or in a disk call.

    ``at`` counts from its start. Without ``trouble`` it is killed before a callback.
    """

    at: int
    trouble: Trouble | None = None


# Faults that end a server.
DEADLY: Final = frozenset(
    (
        *("kill", "kill at a step", "kill in the disk", "power cut", "SIGTERM"),
        *("power cut in the disk", "EIO", "ENOSPC"),
    )
)

PEACE: Final = Plan(seconds=1e9, wall_clock=0, at_start=0, stutter=0, spared=0)
QUIET: Final = PEACE._replace(
    drop=0,
    stall=0,
    slow=0,
    kill=0,
    kill_at_step=0,
    kill_in_disk=0,
    power_cut=0,
    power_in_disk=0,
    failing_disk=0,
    full_disk=0,
    stop=0,
    hang_up=0,
    history=0,
    crash_client=0,
    snapshot=0,
    archive=0,
    flip=0,
    late=0,
    lull=0,
)
