"""The location of a data directory's archive: a subdirectory, or a link's target.

With a link, every reader finds the files without configuration, and a copy of the
directory still names their location.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from carbonex.wire.counts import counted

from .archives import ARCHIVE_NAME, archive_paths, read_archive_header
from .disk import DIRECTORY_MODE, NEW, OsDisk, remove_unfinished
from .log import LogError
from .making import lock


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .disk import Disk


LOCK_NAME: Final = "archive.lock"  # excludes other archivings, but no server


def keep_archive_in(directory: Path, place: Path, venue: str) -> None:
    """Link DIR/archive to ``place``, an existing directory.

    Existing archive files must be moved there first by the operator: the move may take
    hours, and ``place`` may be on another file system.

    Raises:
        LockedError: If an archiving is running: its files must not move.
        LogError: If existing archive files are not in ``place``, or ``place`` has
            another venue's files.
        OSError: If the link cannot be created.

    """
    disk = OsDisk()
    with alone(disk, directory):
        _keep_in(disk, directory, place.resolve(), venue)


@contextmanager
def alone(disk: Disk, directory: Path) -> Iterator[None]:
    """Exclude other archivings of ``directory``.

    Raises:
        LockedError: If one is running.

    """
    fd = lock(disk, directory / LOCK_NAME)
    try:
        yield
    finally:
        disk.close(fd)


def _keep_in(disk: OsDisk, directory: Path, place: Path, venue: str) -> None:
    link = directory / ARCHIVE_NAME
    if link.resolve() == place:
        return
    there = archive_paths(disk, place)
    if not there:
        require_place(directory)
    if there and (owner := read_archive_header(disk, there[-1]).venue) != venue:
        raise LogError(f"{place} holds the archive of venue {owner!r}, not {venue!r}")
    left = {path.name for path in archive_paths(disk, link)}
    left -= {path.name for path in there}
    if left:
        raise LogError(
            f"{link.resolve()} has {counted(len(left), 'archive file')}, from {min(left)}"
            f" on: move all to {place} before you have the archive there"
        )
    _link(disk, link, place)


def require_place(directory: Path) -> None:
    """Check that DIR/archive is not a dangling link.

    Raises:
        LogError: If it is: a disk may not be mounted.

    """
    link = directory / ARCHIVE_NAME
    if link.is_symlink() and not link.exists():
        raise LogError(
            f"the archive of {directory} is kept in {link.resolve()}, which is not"
            f" there: mount it, or remove the link {link} if it is gone for good"
        )


def require_files(directory: Path, first: int) -> None:
    """Check that the link's target is not an empty mount point.

    ``first`` is the first position in DIR/log.

    Raises:
        LogError: If it holds no archive, although rows were archived.

    """
    link = directory / ARCHIVE_NAME
    if first > 1 and link.is_symlink() and not archive_paths(OsDisk(), link):
        raise LogError(
            f"the log begins at position {first}, and {link.resolve()}, where the archive"
            " is kept, holds no archive file: mount its disk, or say with --to that the"
            " archive is to go on there without the old ones"
        )


def open_to_others(directory: Path) -> list[str]:
    """Warn if other users may enter the directory to which DIR/archive links.

    Do not change its mode: the disk may serve other purposes.
    """
    link = directory / ARCHIVE_NAME
    if not (link.is_symlink() and link.is_dir()):
        return []  # a subdirectory is protected by the data directory
    place = link.resolve()
    mode = stat.S_IMODE(place.stat().st_mode)
    if not mode & 0o077:
        return []
    return [
        (
            f"{place}, where the archive of {directory} is kept, is open to others, mode"
            f" {mode:04o}: chmod it to {DIRECTORY_MODE:04o}, if nobody else has to enter it"
        )
    ]


def _link(disk: OsDisk, link: Path, place: Path) -> None:
    if link.is_dir() and not link.is_symlink():
        remove_unfinished(disk, link)
        if names := disk.names(link):
            raise LogError(
                f"{link} holds {names[0]!r}, which is not of the archive: move it away, so"
                f" that a link to {place} can be made there"
            )
        link.rmdir()
    new = link.with_suffix(NEW)
    new.unlink(missing_ok=True)
    new.symlink_to(place, target_is_directory=True)
    os.rename(new, link)  # noqa: PTH104 - a link, not what it leads to
    disk.sync_directory(link.parent)
