"""The one door to the file system: everything durable goes through a ``Disk``.

Tests put a simulated disk behind it, which loses power at any call and keeps
of the unsynced writes whatever it likes.
"""

from __future__ import annotations

import fcntl
import os
import re
from typing import TYPE_CHECKING, Final, Protocol


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


DIRECTORY_MODE: Final = 0o700  # the log holds every participant's orders
FILE_MODE: Final = 0o600

NEW: Final = ".new"  # the suffix of a file that is not complete yet
_UNFINISHED: Final = re.compile(rf"[0-9]{{20}}\{NEW}")  # a position's


class Disk(Protocol):
    """Files by descriptor, directories by path; every error is an OSError.

    A write is durable after ``sync`` of its file; a new, renamed or removed
    name after ``sync_directory`` of the directory that holds it.
    """

    def open_read(self, path: Path, /) -> int:
        """Open an existing file for reading only."""

    def open_write(self, path: Path, /) -> int:
        """Open a file for reading and writing, made with mode 0600 if missing."""

    def close(self, fd: int, /) -> None:
        """Close a file; a lock on it is released."""

    def read(self, fd: int, size: int, offset: int, /) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the file's end."""

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int, /) -> None:
        """Write all of ``data`` at ``offset``."""

    def sync(self, fd: int, /) -> None:
        """Make the file's content and size durable (fdatasync)."""

    def size(self, fd: int, /) -> int:
        """Return the file's size in bytes."""

    def lock(self, fd: int, /) -> None:
        """Lock the file for this process alone, until it is closed.

        Raises:
            BlockingIOError: If another holds the lock.

        """

    def make_directory(self, path: Path, /) -> None:
        """Make a directory, durably, if it is missing; its mode becomes 0700."""

    def sync_directory(self, path: Path, /) -> None:
        """Make the directory's names durable."""

    def names(self, path: Path, /) -> list[str]:
        """Return the names in a directory, sorted; none if it is missing."""

    def rename(self, source: Path, target: Path, /) -> None:
        """Give a file another name, atomically, replacing what had it."""

    def remove(self, path: Path, /) -> None:
        """Remove a file."""

    def free_bytes(self, path: Path, /) -> int:
        """Return how much more may be written to the path's file system."""


class OsDisk:
    """The real one, on Linux."""

    def open_read(self, path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def open_write(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)

    def close(self, fd: int) -> None:
        os.close(fd)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        data = os.pread(fd, size, offset)
        while len(data) < size:  # Linux returns at most 2 GiB at once
            more = os.pread(fd, size - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        written = os.pwrite(fd, data, offset)
        while written < len(data):  # as for reading; or the disk is full, which raises
            written += os.pwrite(fd, data[written:], offset + written)

    def sync(self, fd: int) -> None:
        os.fdatasync(fd)

    def size(self, fd: int) -> int:
        return os.fstat(fd).st_size

    def lock(self, fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def make_directory(self, path: Path) -> None:
        if not path.is_dir():
            path.mkdir(mode=DIRECTORY_MODE)
            self.sync_directory(path.parent)
        path.chmod(DIRECTORY_MODE)

    def sync_directory(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def names(self, path: Path) -> list[str]:
        return sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def remove(self, path: Path) -> None:
        path.unlink()

    def free_bytes(self, path: Path) -> int:
        status = os.statvfs(path)
        return status.f_bavail * status.f_frsize


def make_file(disk: Disk, path: Path, write: Callable[[int], None]) -> None:
    """Make the file ``path``, which has its name only when it is durable.

    ``write`` is given its descriptor. What fails may leave the file with the suffix
    NEW; see ``remove_unfinished``.

    Raises:
        OSError: If it cannot be made.

    """
    new = path.with_suffix(NEW)
    fd = disk.open_write(new)
    try:
        write(fd)
        disk.sync(fd)
    finally:
        disk.close(fd)
    disk.rename(new, path)
    disk.sync_directory(path.parent)


def remove_unfinished(disk: Disk, directory: Path) -> None:
    """Remove what was interrupted in ``directory``: a position's digits, and NEW.

    Others' files may lie beside them, where an archive is kept.
    """
    for name in disk.names(directory):
        if _UNFINISHED.fullmatch(name):
            disk.remove(directory / name)
