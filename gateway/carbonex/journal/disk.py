"""The only access to the file system: everything durable goes through a ``Disk``.

Tests replace it by a simulated disk, which loses power at any call and keeps an
arbitrary part of the unsynced writes.
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

NEW: Final = ".new"  # suffix of an incomplete file
_UNFINISHED: Final = re.compile(rf"[0-9]{{20}}\{NEW}")  # named by a position


class Disk(Protocol):
    """Files by descriptor, directories by path; every error is an OSError.

    A write is durable after ``sync`` of its file; a new, renamed or removed
    name after ``sync_directory`` of the directory that holds it.
    """

    def open_read(self, path: Path, /) -> int:
        """Open an existing file for reading only."""

    def open_write(self, path: Path, /) -> int:
        """Open a file for reading and writing; create it with mode 0600 if missing."""

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
        """Lock the file exclusively for this process, until it is closed.

        Raises:
            BlockingIOError: If another process holds the lock.

        """

    def make_directory(self, path: Path, /) -> None:
        """Create a directory durably if it is missing; set its mode to 0700."""

    def sync_directory(self, path: Path, /) -> None:
        """Make changes of names in the directory durable."""

    def names(self, path: Path, /) -> list[str]:
        """Return the sorted names in a directory; empty if it is missing."""

    def rename(self, source: Path, target: Path, /) -> None:
        """Rename a file atomically, replacing any file at ``target``."""

    def remove(self, path: Path, /) -> None:
        """Remove a file."""

    def free_bytes(self, path: Path, /) -> int:
        """Return how many more bytes fit on the path's file system."""


class OsDisk:
    """The real disk, on Linux."""

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
        while written < len(data):  # at most 2 GiB at once; a full disk raises
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
    """Create the file ``path``; it gets its name only once it is durable.

    ``write`` receives its descriptor. A failure may leave a file with the suffix NEW;
    see ``remove_unfinished``.

    Raises:
        OSError: If the file cannot be created.

    """
    new = path.with_suffix(NEW)
    fd = disk.open_write(new)
    try:
        write(fd)
        # Sync before the rename: the name must never stand for incomplete data.
        disk.sync(fd)
    finally:
        disk.close(fd)
    disk.rename(new, path)
    disk.sync_directory(path.parent)


def remove_unfinished(disk: Disk, directory: Path) -> None:
    """Remove incomplete files in ``directory``: 20 digits and the suffix NEW.

    Leave other files alone: an archive directory may hold files of other programs.
    """
    for name in disk.names(directory):
        if _UNFINISHED.fullmatch(name):
            disk.remove(directory / name)
