"""Random comings and goings of clients, and their dead man's switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import SessionClosed, SessionEnd, SessionOpened, SetCountdown

from . import pools
from .pools import ABSURD, SECOND, one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Command, Exchange

_LOST = SessionEnd.LOST


def session(r: Random, exchange: Exchange) -> Command:
    """A session opened, or one that ends, mostly the newest connection's."""
    key = pools.key(r)
    if one_in(r, 2):
        name = r.choice(["", "?", "x" * 37]) if one_in(r, 20) else pools.session(r)
        connection = r.choice(["", "c" * 37]) if one_in(r, 40) else _connection(r)
        key_id = r.choice(["k-h", "k-h", "k-all", "k-all", "k-read", *exchange.keys])
        return SessionOpened(
            key,
            "nobody" if one_in(r, 30) else key_id,
            name,
            connection,
            _grace(r),
            bool(r.randrange(8)),
        )
    cause = r.choice([_LOST, _LOST, _LOST, _LOST, *SessionEnd])
    known = [*exchange.sessions.values()]
    if known and r.randrange(10):
        one = r.choice(known)
        connection = _connection(r) if one_in(r, 8) else one.connection
        return SessionClosed(key, one.participant.name, one.name, connection, cause)
    company, name = pools.company(r), pools.session(r)
    return SessionClosed(key, company, name, _connection(r), cause)


def countdown(r: Random, _: Exchange) -> SetCountdown:
    """A dead man's switch, armed, renewed or disarmed."""
    timeout_ns = r.choice([0, SECOND, 5 * SECOND, 60 * SECOND, 3_600 * SECOND])
    if one_in(r, 12):
        timeout_ns = r.choice([*ABSURD, SECOND - 1, 86_400 * SECOND + 1])
    return SetCountdown(pools.key(r), pools.account(r), timeout_ns)


def _connection(r: Random) -> str:
    return f"c-{r.randrange(4)}"


def _grace(r: Random) -> int:
    if one_in(r, 30):
        return r.choice(ABSURD)
    return r.choice([0, 0, 1, 9, 5 * SECOND, 60 * SECOND, 3_600 * SECOND])
