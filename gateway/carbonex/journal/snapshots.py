"""Snapshots of the exchange, kept beside the log to shorten recovery.

    DIR/snapshots/00000000000000001042.snapshot

Each holds the state after the position in its name. The log is authoritative: a damaged
snapshot costs time, not data.
"""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from struct import Struct
from threading import get_native_id
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine.snapshot import digest

from .disk import NEW, OsDisk
from .records import unknown_version


if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from carbonex.engine import Exchange

    from .disk import Disk


SNAPSHOT_VERSION: Final = 1
KEEP: Final = 3  # the newest may be damaged, and the history store may lag
KEEP_PASSING: Final = 2  # snapshots during the day; one is needed, one is spare

_MAGIC: Final = b"CBXSNAP\n"
# magic, format version, kind, position, chain hash, digest, size of the data
_HEADER: Final = Struct("<8sIIQ32s32sQ")
_CHECKSUM_BYTES: Final = 32  # BLAKE2b-256 over header and data; lies between them
_DATA_AT: Final = _HEADER.size + _CHECKSUM_BYTES
_SUFFIX: Final = ".snapshot"
_NAME: Final = re.compile(rf"[0-9]{{20}}\{_SUFFIX}")
# Two kinds that differ only in how long they are kept. Lasting: at a day's end, at a
# stop, or requested by an operator. Passing: at some moment during a day.
_LASTING: Final = 0
_PASSING: Final = 1


class SnapshotError(Exception):
    """A snapshot is unusable; the message names the file and the reason."""


class Snapshot(NamedTuple):
    """The state after ``position``, where the log's chain hash is ``chain``.

    ``digest`` is the exchange's digest; ``data`` is its serialized state.
    """

    position: int
    chain: bytes
    digest: bytes
    data: bytes

    @classmethod
    def of(cls, exchange: Exchange, position: int, chain: bytes) -> Self:
        """Take a snapshot of ``exchange``, in one pass. O(state)."""
        data = exchange.snapshot()
        return cls(position, chain, digest(data), data)


class SnapshotStore:
    """The snapshots of a data directory."""

    def __init__(
        self, directory: Path, disk: Disk | None = None, keep: int = KEEP
    ) -> None:
        """Set up for DIR/snapshots, which the first ``save`` creates."""
        self._disk = disk or OsDisk()
        self._directory = directory / "snapshots"
        self._keep = keep

    def path(self, position: int) -> Path:
        """Return the path of the snapshot at ``position``, existing or not."""
        return self._directory / f"{position:020d}{_SUFFIX}"

    def positions(self) -> list[int]:
        """Return the positions of existing snapshots, oldest first."""
        names = self._disk.names(self._directory)
        return [int(name[:20]) for name in names if _NAME.fullmatch(name)]

    def save(self, snapshot: Snapshot) -> Path:
        """Save ``snapshot`` durably, and remove all but the newest snapshots.

        Passing snapshots (see ``save_passing``) are counted apart.

        An incomplete file has a name that recovery ignores. Server, follower and
        operators may save at the same time, even the same snapshot.

        Raises:
            OSError: If it cannot be written; earlier snapshots are untouched.

        """
        return self._save(snapshot, _LASTING)

    def save_passing(self, snapshot: Snapshot) -> Path:
        """Save ``snapshot`` until two newer passing snapshots exist.

        An existing snapshot at its position stays unchanged.

        Raises:
            OSError: As ``save``.

        """
        if snapshot.position in self.positions():
            return self.path(snapshot.position)
        return self._save(snapshot, _PASSING)

    def _save(self, snapshot: Snapshot, kind: int) -> Path:
        disk, path = self._disk, self.path(snapshot.position)
        disk.make_directory(self._directory)
        self._remove_unfinished()
        new, fd = self._create(path)
        try:
            # Write the data separately: a copy may take hundreds of megabytes.
            header = _HEADER.pack(
                _MAGIC,
                SNAPSHOT_VERSION,
                kind,
                snapshot.position,
                snapshot.chain,
                snapshot.digest,
                len(snapshot.data),
            )
            disk.pwrite(fd, header + _checksum(header, snapshot.data), 0)
            disk.pwrite(fd, snapshot.data, _DATA_AT)
            disk.sync(fd)
            disk.rename(new, path)
        except OSError:
            self._remove(new)
            raise
        finally:
            disk.close(fd)  # not earlier: an unlocked file counts as a leftover
        disk.sync_directory(self._directory)
        self._thin_out()
        return path

    def load(self, position: int) -> Snapshot:
        """Load the snapshot at ``position``. O(its size).

        Raises:
            SnapshotError: If it is missing, damaged or of another format.

        """
        path = self.path(position)
        try:
            content = self._read(path)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be read: {error}") from None
        if len(content) < _DATA_AT or not content.startswith(_MAGIC):
            raise SnapshotError(f"{path} is not a snapshot")
        _, version, _, found, chain, digest, size = _HEADER.unpack_from(content)
        if version != SNAPSHOT_VERSION:
            raise SnapshotError(unknown_version(path, version, SNAPSHOT_VERSION))
        data = content[_DATA_AT : _DATA_AT + size]
        checksum = content[_HEADER.size : _DATA_AT]
        if len(content) != _DATA_AT + size or found != position:
            raise SnapshotError(f"{path} is damaged: size or position is wrong")
        if _checksum(content[: _HEADER.size], data) != checksum:
            raise SnapshotError(f"{path} is damaged: its checksum is wrong")
        return Snapshot(position, chain, digest, data)

    def _thin_out(self) -> None:
        """Remove all but the newest of each kind."""
        kinds: dict[int, list[int]] = {_LASTING: [], _PASSING: []}
        for position in self.positions():
            kinds[self._kind(position)].append(position)
        old = kinds[_LASTING][: -self._keep] + kinds[_PASSING][:-KEEP_PASSING]
        for position in old:
            self._remove(self.path(position))

    def _kind(self, position: int) -> int:
        """Return a snapshot's kind; an unreadable one counts as lasting."""
        try:
            head = self._read(self.path(position), _HEADER.size)
        except OSError:
            return _LASTING
        is_whole = len(head) == _HEADER.size and head.startswith(_MAGIC)
        passing = is_whole and _HEADER.unpack(head)[2] == _PASSING
        return _PASSING if passing else _LASTING

    def _read(self, path: Path, size: int | None = None) -> bytes:
        disk = self._disk
        fd = disk.open_read(path)
        try:
            return disk.read(fd, disk.size(fd) if size is None else size, 0)
        finally:
            disk.close(fd)

    def _create(self, path: Path) -> tuple[Path, int]:
        """Create a new file, locked by this thread, to be renamed to ``path``."""
        disk = self._disk
        for attempt in count():
            new = path.with_suffix(f".{get_native_id()}-{attempt}{NEW}")
            fd = disk.open_write(new)
            # Between open and lock, another process may have removed it as a leftover.
            if self._lock(fd) and new.name in disk.names(self._directory):
                return new, fd
            disk.close(fd)
        raise AssertionError

    def _remove_unfinished(self) -> None:
        """Remove files of interrupted saves, recognized by their missing lock."""
        disk = self._disk
        for name in disk.names(self._directory):
            if not name.endswith(NEW):
                continue
            path = self._directory / name
            with suppress(FileNotFoundError):  # its save has just finished
                fd = disk.open_read(path)
                try:
                    if self._lock(fd):
                        self._remove(path)
                finally:
                    disk.close(fd)

    def _lock(self, fd: int) -> bool:
        try:
            self._disk.lock(fd)
        except BlockingIOError:
            return False
        return True

    def _remove(self, path: Path) -> None:
        with suppress(FileNotFoundError):  # another process may have removed it
            self._disk.remove(path)


def _checksum(header: bytes, data: bytes) -> bytes:
    checksum = blake2b(header, digest_size=_CHECKSUM_BYTES)
    checksum.update(data)
    return checksum.digest()
