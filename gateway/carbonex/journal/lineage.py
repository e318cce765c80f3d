"""Whether a file beside a log belongs to this log or to another of the same venue.

If a venue is restored from an older copy and continues, a second log begins there: the
same positions with other rows. Positions cannot tell the two apart; chain hashes can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reader import LogReader


if TYPE_CHECKING:
    from .log import Tail


def foreign(log: Tail, position: int, chain: bytes) -> str:
    """Return why a file that has ``chain`` after ``position`` is not of ``log``, or "".

    Also "" if the log does not reach back that far: then it cannot be told; see
    ``is_reached``. O(MARK_BYTES), or O(segment) in an older segment.

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

    If the log ends before ``position``, which is known to exist, refresh a reader
    first: a live server may have written more.
    """
    if position > log.bounds()[1] and isinstance(log, LogReader):
        log.refresh()
    return log.bounds()[1]


def is_reached(log: Tail, position: int) -> bool:
    """Return whether the log reaches back to ``position``."""
    return position >= log.bounds()[0] - 1


def other_chain(position: int) -> str:
    """Return the error text for a differing chain hash at ``position``."""
    return f"it is of another log, whose chain has another hash at position {position}"
