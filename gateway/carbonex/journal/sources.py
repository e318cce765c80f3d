"""The bytes of a segment, from its own file or from its archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .archives import (
    ARCHIVE_NAME,
    SUFFIX as ARCHIVE_SUFFIX,
    ArchiveSource,
    archive_path,
)
from .log import LogError


if TYPE_CHECKING:
    from pathlib import Path

    from .disk import Disk


class Source(Protocol):
    """The bytes of a segment; ``size`` is their present number."""

    @property
    def size(self) -> int:
        """The number of readable bytes."""

    def read(self, size: int, offset: int, /) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end.

        Raises:
            ChunkError: If an archive's chunk is damaged.

        """

    def close(self) -> None:
        """Close the file."""


class FileSource:
    """A segment file, which may be growing."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Open the file.

        Raises:
            FileNotFoundError: If it is missing.

        """
        self._disk = disk
        self._fd = disk.open_read(path)

    @property
    def size(self) -> int:
        """The number of readable bytes."""
        return self._disk.size(self._fd)

    def read(self, size: int, offset: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end."""
        return self._disk.read(self._fd, size, offset)

    def close(self) -> None:
        """Close the file."""
        self._disk.close(self._fd)


def open_source(disk: Disk, path: Path) -> Source:
    """Open a segment or an archive.

    If a segment was archived since it was listed, open its archive, which has the same
    bytes at the same offsets.

    Raises:
        LogError: If both are missing, or of another format version.
        DamageError: If an archive's header is damaged.

    """
    if path.suffix == ARCHIVE_SUFFIX:
        return ArchiveSource(disk, path)
    try:
        return FileSource(disk, path)
    except FileNotFoundError:
        pass
    archive = archive_path(path.parent.parent / ARCHIVE_NAME, int(path.stem))
    try:
        return ArchiveSource(disk, archive)
    except FileNotFoundError:
        raise LogError(
            f"{path} was removed, and {archive} is not there: put the archive files"
            " back, or begin at a later position"
        ) from None
