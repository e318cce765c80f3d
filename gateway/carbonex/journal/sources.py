"""Where a segment's bytes come from: its own file, or an archive that has it."""

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
    """The bytes of a segment; ``size`` is how many there are now."""

    @property
    def size(self) -> int:
        """How many bytes can be read."""

    def read(self, size: int, offset: int, /) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end.

        Raises:
            ChunkError: Where an archive is not what was written.

        """

    def close(self) -> None:
        """Close the file."""


class FileSource:
    """A segment file, which may be growing."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Open it.

        Raises:
            FileNotFoundError: If it is not there.

        """
        self._disk = disk
        self._fd = disk.open_read(path)

    @property
    def size(self) -> int:
        """How many bytes can be read."""
        return self._disk.size(self._fd)

    def read(self, size: int, offset: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end."""
        return self._disk.read(self._fd, size, offset)

    def close(self) -> None:
        """Close the file."""
        self._disk.close(self._fd)


def open_source(disk: Disk, path: Path) -> Source:
    """Open a segment or an archive.

    A segment may have been archived since it was listed: then its archive, which
    has the same bytes in the same places.

    Raises:
        LogError: If it is not there any more, or of another format version.
        DamageError: If an archive's header is not as it was written.

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
