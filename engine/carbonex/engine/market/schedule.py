"""The schedule of an instrument's trading day: its phases, and when each begins.

Sessions are half-open: the end time is not part of a session. Local time is
Shanghai's, UTC+8 without daylight saving (MARKET-RULES, introduction).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine.enums import Phase


if TYPE_CHECKING:
    from carbonex.engine.commands import ListInstrument
    from carbonex.engine.terms import Sessions


SECOND_NS: Final = 1_000_000_000
DAY_NS: Final = 86_400 * SECOND_NS
SHANGHAI_NS: Final = 8 * 3600 * SECOND_NS  # ahead of UTC


class Step(NamedTuple):
    """The phase from ``starts_ns`` on, and whether blocks trade then."""

    starts_ns: int
    phase: Phase
    blocks: bool


Schedule = tuple[Step, ...]  # a trading day's steps in order; the last is closed

CLOSED_ALL_DAY: Final[Schedule] = (Step(0, Phase.CLOSED, blocks=False),)


def midnight_ns(date: int) -> int:
    """Return when ``date`` (YYYYMMDD) begins in Shanghai, in ns since the epoch."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    # Days from civil date, proleptic Gregorian: years begin in March, so that the
    # leap day comes last.
    year -= month <= 2
    month = (month + 9) % 12
    days = 365 * year + year // 4 - year // 100 + year // 400
    days += (153 * month + 2) // 5 + day - 1 - 719_468
    return days * DAY_NS - SHANGHAI_NS


def last_end_ns(terms: ListInstrument, midnight: int) -> int:
    """Return the end of an instrument's day: its last session's end, or midnight."""
    sessions = terms.sessions
    if not sessions:
        return midnight + DAY_NS
    if terms.blocks.min_quantity:
        sessions = sessions + terms.blocks.sessions
    return midnight + max(end for _, end in sessions) * SECOND_NS


def schedule(terms: ListInstrument, midnight: int, ends_ns: int) -> Schedule:
    """Return the steps of the day that begins at ``midnight`` and ends at ``ends_ns``.

    O(n log n) in the sessions.
    """
    sessions = _in_ns(terms.sessions, midnight) or [(0, ends_ns)]
    blocks: list[tuple[int, int]] = []
    if terms.blocks.min_quantity:
        blocks = _in_ns(terms.blocks.sessions, midnight) or [(0, ends_ns)]
    times = {0, ends_ns, *(time for span in sessions + blocks for time in span)}
    steps: list[Step] = []
    for time in sorted(time for time in times if time <= ends_ns):
        over = time == ends_ns
        phase = Phase.CLOSED if over else _phase(sessions, time)
        step = Step(time, phase, not over and _within(blocks, time))
        if not steps or step[1:] != steps[-1][1:]:
            steps.append(step)
    return tuple(steps)


def step_at(steps: Schedule, time_ns: int) -> Step:
    """Return the step that contains ``time_ns``."""
    return steps[bisect_right(steps, time_ns, key=_starts) - 1]


def next_step(steps: Schedule, time_ns: int) -> Step | None:
    """Return the next step that begins after ``time_ns``, or None."""
    place = bisect_right(steps, time_ns, key=_starts)
    return steps[place] if place < len(steps) else None


def _starts(step: Step) -> int:
    return step.starts_ns


def _in_ns(sessions: Sessions, midnight: int) -> list[tuple[int, int]]:
    return [
        (midnight + start * SECOND_NS, midnight + end * SECOND_NS)
        for start, end in sessions
    ]


def _within(spans: list[tuple[int, int]], time: int) -> bool:
    """Tell whether one of the ordered ``spans`` contains ``time``."""
    place = bisect_right(spans, time, key=_start) - 1
    return place >= 0 and time < spans[place][1]


def _start(span: tuple[int, int]) -> int:
    return span[0]


def _phase(sessions: list[tuple[int, int]], time: int) -> Phase:
    if _within(sessions, time):
        return Phase.TRADING
    if time < sessions[0][0]:
        return Phase.PRE_OPEN
    return Phase.BREAK if time < sessions[-1][1] else Phase.CLOSED
