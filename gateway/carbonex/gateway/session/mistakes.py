"""Internal errors: each closes only the connection that ran into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from carbonex.wire.closing import CloseCode


if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session


_log = structlog.get_logger("carbonex.gateway")


def take(session: Session, data: str | bytes, now_ns: int) -> None:
    """Pass a message to a session, at once or after it was held.

    Held messages run inside the venue's or the historian's answer, where an exception
    would stop the venue or the historian.
    """
    try:
        session.receive(data, now_ns)
    except Exception:  # noqa: BLE001 - a message ends its own connection at most
        _end(session)


def tell(session: Session, answer: Callable[[], None]) -> None:
    """Send a session the answer to a history query.

    The historian is at work, and later questions wait: it must not see an exception.
    """
    try:
        answer()
    except Exception:  # noqa: BLE001 - an answer ends its own connection at most
        _end(session)


def _end(session: Session) -> None:
    _log.exception("session failed")
    session.outbox.close(CloseCode.INTERNAL_ERROR, "internal error")
