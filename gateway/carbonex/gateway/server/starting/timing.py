"""How a start sets the venue's clock, and when an operator must confirm it.

On the same boot of the machine there is nothing to judge: the file ``clock`` and the
monotonic clock give the time, and the venue goes on as if it had never stopped. The
wall clock is used only if it agrees, or if an operator confirms it.

After a reboot there are only the wall clock and a time that is certainly past. A wall
clock behind that time is wrong: the venue continues from that time by the monotonic
clock, so that graces, countdowns and phases still come, if late. A wall clock far ahead
may be right, if the machine was off, or wrong (for instance in another time zone).
Timed events cannot be undone, so the start asks an operator if any would happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.engine import MAX_TIME_NS
from carbonex.engine.timers import Due
from carbonex.gateway.server.host.clock import (
    HOUR_NS,
    MAX_STEP_NS,
    SECOND_NS,
    ClockError,
)


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.gateway.server.host.clock import Clock
    from carbonex.gateway.server.host.clock_file import Known


# A machine that returns within the hour needs no confirmation. One that was off for
# longer than the longest holiday (nine days of Spring Festival) always does: log time
# never goes back, and a log a year ahead is useless.
UNASKED_NS: Final = HOUR_NS
LONGEST_ABSENCE_NS: Final = 14 * 24 * HOUR_NS

# These expire at any restart: their purpose is to cancel orders of clients that are not
# connected.
_OVER_ANYWAY: Final = (Due.COUNTDOWN, Due.GRACE)

ADVICE: Final = (
    "the venue's time goes on from what it knew: set the wall clock right; if it is"
    " right, restart with --accept-time"
)

_log = structlog.get_logger("carbonex.gateway")


@final
class StartTime:
    """Sets ``clock``: at once from ``known``, the clock file's time, then from the log.

    ``accept_time`` says that an operator confirms the wall clock.
    """

    def __init__(self, clock: Clock, known: Known, *, accept_time: bool) -> None:
        self._clock = clock
        self._known = known
        self._accepted = accept_time
        wall_ns = clock.now_ns()
        if not accept_time:
            clock.shift(_begin_ns(wall_ns, known) - wall_ns)

    def check(self, exchange: Exchange) -> None:
        """Set the clock no earlier than the log's time, and judge a jump ahead of it.

        Raises:
            ClockError: If an operator must first confirm the wall clock, or it is
                beyond the last time that a log can hold.

        """
        clock, known = self._clock, self._known
        now_ns = clock.now_ns()
        if now_ns > MAX_TIME_NS:
            raise ClockError(
                f"the clock says {now_ns // SECOND_NS} s since 1970, beyond the last time"
                f" that a log can hold ({MAX_TIME_NS // SECOND_NS} s, in 2116): set it"
            )
        if not (known.exact or self._accepted):
            past_ns = max(exchange.time_ns, known.time_ns)
            check_jump(past_ns, now_ns, next_lasting_ns(exchange))
        clock.shift(max(exchange.time_ns - now_ns, 0))
        step_ns = clock.step_ns()
        if abs(step_ns) > MAX_STEP_NS:
            seconds = abs(step_ns) / SECOND_NS
            if step_ns > 0:
                _log.warning("clock ahead", seconds=seconds, advice=ADVICE)
            else:
                _log.warning("clock behind", seconds=seconds, advice=ADVICE)


def check_jump(past_ns: int, now_ns: int, due_ns: int | None) -> None:
    """Refuse a jump from a past time to ``now_ns`` if it may do lasting harm.

    ``due_ns`` is the time of the next timed event. If no past time is known (0), accept
    any clock.

    Raises:
        ClockError: If more than an hour is skipped and an event is due by then, or more
            than the longest absence is skipped.

    """
    ahead_ns = now_ns - past_ns
    if not past_ns or ahead_ns <= UNASKED_NS:
        return
    if due_ns is not None and due_ns <= now_ns:
        what = "what is due by then (a phase, an expiry, the day's end) would happen"
    elif ahead_ns > LONGEST_ABSENCE_NS:
        what = "the log's time would never go back"
    else:
        return
    raise ClockError(
        f"the clock is {ahead_ns / HOUR_NS:.1f} hours ahead of the last time that the"
        f" venue knew, and {what}: compare the clock with another one; if it is right,"
        " start with --accept-time"
    )


def next_lasting_ns(exchange: Exchange) -> int | None:
    """Return when the next timer is due that does not expire at a restart anyway.

    O(countdowns and graces).
    """
    return next(
        (due for due, kind, _ in exchange.timers if kind not in _OVER_ANYWAY), None
    )


def _begin_ns(wall_ns: int, known: Known) -> int:
    """Return the clock's first time, before the log is read."""
    if not known.exact:
        return max(wall_ns, known.time_ns)
    agree = abs(wall_ns - known.time_ns) <= MAX_STEP_NS
    return wall_ns if agree else known.time_ns
