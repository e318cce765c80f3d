"""Whether what is kept beside a log is of this log, or of another of the same venue.

A venue that was restored from an older copy and went on has another log from
there: the same positions, other rows. Positions do not tell the two apart, the
chain's hashes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reader import LogReader


if TYPE_CHECKING:
    from .log import Tail


def foreign(log: Tail, position: int, chain: bytes) -> str:
    """Return why what saw ``chain`` after ``position`` is not of ``log``.

    Empty where it is, and where the log does not reach back that far: then nobody can
    tell; see ``is_reached``. O(MARK_BYTES), or O(segment) in an older one.

    Raises:
        LogError, DamageError: If the log cannot be read there.

    """
    last = last_of(log, position)
    if position > last:
        return f"it is at position {position}, the log ends at {last}"
    if is_reached(log, position) and log.hash_at(position) != chain:
        return other_chain(position)
    return ""


def last_of(log: Tail, position: int) -> int:
    """Return the log's last position.

    A reader is refreshed first if it ends before ``position``, which somebody has seen:
    a live server may have gone on.
    """
    if position > log.bounds()[1] and isinstance(log, LogReader):
        log.refresh()
    return log.bounds()[1]


def is_reached(log: Tail, position: int) -> bool:
    """Return whether the log's first row is not far behind ``position``."""
    return position >= log.bounds()[0] - 1


def other_chain(position: int) -> str:
    """Say that two chains differ."""
    return f"it is of another log, whose chain has another hash at position {position}"
