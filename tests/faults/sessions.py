"""What can be wrong with commands about sessions and countdowns; see ``cases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Reason, SessionClosed, SessionOpened, SetCountdown
from carbonex.engine.registry.sessions import MAX_SESSIONS

from .cases import FOREIGN, NO_ACCOUNT, NO_PARTICIPANT, TOO_LONG, Case, Fault


if TYPE_CHECKING:
    from driver import Driver


def _use_up_sessions(driver: Driver) -> None:
    driver.apply(
        *(
            SessionOpened("", "k-ours", f"s-{number}", "c-1")
            for number in range(MAX_SESSIONS)
        )
    )


def _bad(**changes: object) -> Fault:
    return Fault(Reason.BAD_PARAMETER, changes)


def _bad_name(**changes: object) -> Fault:
    return Fault(Reason.BAD_NAME, changes)


SESSION_CASES = (
    Case(
        "session opened",
        SessionOpened("", "k-ours", "mm-1", "c-1", 5),
        (
            FOREIGN,
            Fault(Reason.UNKNOWN_KEY, {"key_id": "nobody"}),
            _bad_name(session=""),
            _bad_name(connection=TOO_LONG),
            _bad(grace_ns=-1),
            _bad(grace_ns=3_600 * 10**9 + 1),
            Fault(Reason.TOO_MANY_SESSIONS, prepare=_use_up_sessions),
        ),
    ),
    Case(
        "session closed",
        SessionClosed("", "Ours", "mm-1", "c-1"),
        (FOREIGN, NO_PARTICIPANT),
    ),
    Case(
        "set countdown",
        SetCountdown("", "ours", 10**9),
        (
            Fault(Reason.NOT_PERMITTED, {"key": "k-rival"}),
            NO_ACCOUNT,
            _bad(timeout_ns=10**9 - 1),
            _bad(timeout_ns=24 * 3_600 * 10**9 + 1),
        ),
    ),
)
