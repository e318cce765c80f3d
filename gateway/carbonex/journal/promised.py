"""Lower bounds for a log's end, proved by its snapshots and its history.

Both are derived from durable rows. A log that ends before one of them has lost rows,
whatever its head says, or is an older copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .history import HISTORY_NAME, HistoryError, HistoryReader
from .log import DamageError, LogError
from .snapshots import SnapshotStore


if TYPE_CHECKING:
    from pathlib import Path

    from .disk import Disk


class Promise(NamedTuple):
    """``path`` contains the rows up to ``position``; 0 means no row."""

    position: int
    path: Path

    def require(self, last: int, path: Path, offset: int, torn: int) -> None:
        """Check that a log ending at position ``last`` contains the promised rows.

        ``torn`` bytes lie behind the last row, in the file ``path`` at ``offset``.

        Raises:
            DamageError: If the row after the last is torn, and was answered.
            LogError: If rows are missing.

        """
        if self.position <= last:
            return
        if torn:
            expected = f"a row, for {self.path} was made of those up to {self.position}"
            raise DamageError(path, offset, last + 1, expected, "a torn one")
        raise LogError(
            f"the log ends at position {last}, but {self.path} was made at a later"
            f" one, {self.position}: rows are lost; restore the directory from a copy."
            " If this is a copy that is older on purpose, move that file away first"
        )

    def require_segments(self, directory: Path) -> None:
        """Check that no snapshot or history exists for the empty log in ``directory``.

        Raises:
            LogError: If one exists.

        """
        if self.position:
            raise LogError(
                f"{directory} holds no segments, but {self.path} was made of the rows up"
                f" to position {self.position}: restore the directory from a copy, or"
                " make another one with carbonex init to begin anew"
            )


def promised(disk: Disk, directory: Path, venue: str) -> Promise:
    """Return the highest position of a data directory's snapshots and history.

    A history that is unreadable or belongs to another venue is ignored.
    """
    snapshots = SnapshotStore(directory, disk)
    newest = max(snapshots.positions(), default=0)
    history = _of_history(directory / HISTORY_NAME, venue)
    return max(history, Promise(newest, snapshots.path(newest)))


def _of_history(path: Path, venue: str) -> Promise:
    if not path.exists():
        return Promise(0, path)
    try:
        with HistoryReader(path) as history:
            if history.venue != venue:
                return Promise(0, path)
            return Promise(history.position, path)
    except HistoryError:
        return Promise(0, path)
