"""Snapshots of the exchange, kept beside the log so that recovery is short.

    DIR/snapshots/00000000000000001042.snapshot

Each is the state after the position in its name. They are a convenience: the
log decides, and a snapshot that is damaged costs time, not data.
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
KEEP: Final = 3  # the newest may be damaged, and the history store lag behind
KEEP_PASSING: Final = 2  # of those of during a day; one more than is needed, as above

_MAGIC: Final = b"CBXSNAP\n"
# magic, format version, kind, position, chain hash, digest, size of the data
_HEADER: Final = Struct("<8sIIQ32s32sQ")
_CHECKSUM_BYTES: Final = 32  # BLAKE2b-256 over header and data, between them
_DATA_AT: Final = _HEADER.size + _CHECKSUM_BYTES
_SUFFIX: Final = ".snapshot"
_NAME: Final = re.compile(rf"[0-9]{{20}}\{_SUFFIX}")
# The kinds: of a day's end, a stop or an operator's wish; of some moment during a day.
# They differ in how long they are kept alone.
_LASTING: Final = 0
_PASSING: Final = 1


class SnapshotError(Exception):
    """A snapshot cannot be used; the message names the file and says why."""


class Snapshot(NamedTuple):
    """The state after ``position``, where the log's chain had hash ``chain``.

    ``digest`` is the exchange's own, ``data`` what it restores itself from.
    """

    position: int
    chain: bytes
    digest: bytes
    data: bytes

    @classmethod
    def of(cls, exchange: Exchange, position: int, chain: bytes) -> Self:
        """Return that of ``exchange`` as it is now, gone through once. O(state)."""
        data = exchange.snapshot()
        return cls(position, chain, digest(data), data)


class SnapshotStore:
    """The snapshots of one data directory."""

    def __init__(
        self, directory: Path, disk: Disk | None = None, keep: int = KEEP
    ) -> None:
        """Prepare for DIR/snapshots, which is made by the first ``save``."""
        self._disk = disk or OsDisk()
        self._directory = directory / "snapshots"
        self._keep = keep

    def path(self, position: int) -> Path:
        """Return the name of the snapshot at ``position``, present or not."""
        return self._directory / f"{position:020d}{_SUFFIX}"

    def positions(self) -> list[int]:
        """Return the positions for which there are snapshots, oldest first."""
        names = self._disk.names(self._directory)
        return [int(name[:20]) for name in names if _NAME.fullmatch(name)]

    def save(self, snapshot: Snapshot) -> Path:
        """Keep ``snapshot`` durably and remove all but the newest.

        Those that are kept in passing do not count.

        Until it is complete it has no name that a recovery would look at. Server,
        follower and operators may save at the same time, the same one, too.

        Raises:
            OSError: If it could not be written; those before are untouched.

        """
        return self._save(snapshot, _LASTING)

    def save_passing(self, snapshot: Snapshot) -> Path:
        """Keep ``snapshot`` until two newer ones are kept in passing.

        One that is there at its position stays as it is.

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
            # The data is not copied: it may be hundreds of megabytes.
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
            disk.close(fd)  # only now: what is locked is nobody's leftover
        disk.sync_directory(self._directory)
        self._thin_out()
        return path

    def load(self, position: int) -> Snapshot:
        """Return the snapshot at ``position``. O(its size).

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
        """Return what kind a snapshot is; one that cannot be read counts as lasting."""
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
        """Return a new file of this thread's alone, locked, to become ``path``."""
        disk = self._disk
        for attempt in count():
            new = path.with_suffix(f".{get_native_id()}-{attempt}{NEW}")
            fd = disk.open_write(new)
            # Between the two, somebody may have taken it for a leftover.
            if self._lock(fd) and new.name in disk.names(self._directory):
                return new, fd
            disk.close(fd)
        raise AssertionError

    def _remove_unfinished(self) -> None:
        """Remove what saves that were interrupted left behind: nobody locks it."""
        disk = self._disk
        for name in disk.names(self._directory):
            if not name.endswith(NEW):
                continue
            path = self._directory / name
            with suppress(FileNotFoundError):  # that one has just come to its end
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
        with suppress(FileNotFoundError):  # a follower may save and remove, too
            self._disk.remove(path)


def _checksum(header: bytes, data: bytes) -> bytes:
    checksum = blake2b(header, digest_size=_CHECKSUM_BYTES)
    checksum.update(data)
    return checksum.digest()
