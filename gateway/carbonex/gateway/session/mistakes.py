"""Mistakes of ours: each costs the connection whose message or answer met it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from carbonex.wire.closing import CloseCode


if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session


_log = structlog.get_logger("carbonex.gateway")


def take(session: Session, data: str | bytes, now_ns: int) -> None:
    """Have a session take a message, now or after it was held.

    What was held is taken while the venue or the archive answers, where an
    exception would end them.
    """
    try:
        session.receive(data, now_ns)
    except Exception:  # noqa: BLE001 - a message ends its own connection at most
        _end(session)


def tell(session: Session, answer: Callable[[], None]) -> None:
    """Have a session send an answer from the past.

    The historian is in the middle of its work, and whoever asked next waits.
    """
    try:
        answer()
    except Exception:  # noqa: BLE001 - an answer ends its own connection at most
        _end(session)


def _end(session: Session) -> None:
    _log.exception("session failed")
    session.outbox.close(CloseCode.INTERNAL_ERROR, "internal error")
