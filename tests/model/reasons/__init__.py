"""Why not: all the reasons for which a command must be refused, in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Event, Reason, Rejected


if TYPE_CHECKING:
    from collections.abc import Iterable

PRECEDENCE = list(Reason)


def first(found: Iterable[Reason]) -> list[Event]:
    """Return the refusal for the first reason by precedence, if there is one."""
    known = sorted(found, key=PRECEDENCE.index)
    return [Rejected(known[0])] if known else []
