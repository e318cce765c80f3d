"""The embedded log: append-only segment files in one directory; the writing side.

DIR/lock                          keeps a second server out
DIR/log/00000000000000000001.log  segments, named by their first position
DIR/log/head                      the newest answered row, a lower bound
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from carbonex.wire.counts import counted

from .disk import OsDisk
from .log import LogError, Row
from .making import FILL_BYTES, ZEROS, Guard, create_segment, lock, prepare
from .promised import promised
from .reader import LogFiles
from .records import (
    HEADER_BYTES,
    MAX_PAYLOAD,
    RECORD,
    Header,
    encode_head,
    seal,
)
from .scan import HEAD_NAME, Mark


if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from carbonex.engine import Batch

    from .disk import Disk


SEGMENT_BYTES: Final = 256 * 1024 * 1024
RESERVE_BYTES: Final = 256 * 1024 * 1024  # one more segment: a day of cancels

LOCK_NAME: Final = "lock"


class SegmentLog(LogFiles):
    """The log of a venue, opened by its single writing process.

    One thread publishes and rolls. Any thread may read the bounds, the tail
    and ``full``.
    """

    def __init__(
        self,
        directory: Path,
        venue: str,
        disk: Disk | None = None,
        segment_bytes: int = SEGMENT_BYTES,
        reserve_bytes: int = RESERVE_BYTES,
        *,
        accept_loss: bool = False,
    ) -> None:
        """Open the log of the data directory ``directory``; create it if missing.

        A torn tail that was never answered is overwritten with zeros, and ``warnings``
        reports it. Without a valid head it is unknown whether the torn row was
        answered: it is then removed only with ``accept_loss``. Snapshots and history
        bound the log's end as the head does.

        Raises:
            LockedError: If another process has it open.
            LogError: As LogFiles, or if the log belongs to another venue, its torn tail
                may have been answered, or it ends before a snapshot or the history.
            DamageError: As LogFiles, or if the torn row is known to have been answered.

        """
        self._disk = disk = disk or OsDisk()
        self.segment_bytes = segment_bytes
        self.reserve_bytes = reserve_bytes
        self._guard = Guard(directory)
        disk.make_directory(directory)
        self._lock = lock(disk, directory / LOCK_NAME)
        self._files = [self._lock]
        try:
            promise = promised(disk, directory, venue)
            prepare(disk, directory / "log", venue, segment_bytes, promise)
            super().__init__(directory, disk)
            self._check_venue(venue)
            path, last = self._segments[-1].path, self._newest[0]
            promise.require(last, path, self._offset, self.torn)
            if not accept_loss:
                self._check_tail()
            self._take_over()
        except BaseException:
            self._close_files()
            raise
        self._encode = msgspec.msgpack.Encoder().encode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def full(self) -> bool:
        """Whether less than the reserve is free on the disk: one statvfs, 1.5 µs."""
        return self.free_bytes < self.reserve_bytes

    @property
    def free_bytes(self) -> int:
        """The number of bytes free on the disk."""
        return self._disk.free_bytes(self._directory)

    @property
    def segment_count(self) -> int:
        """The number of files that hold the rows."""
        return len(self._segments)

    def publish(self, batch: Batch) -> Row:
        """Make ``batch`` durable, then return its row.

        One write and one sync; the write to the head is not synced.

        Raises:
            LogError: If the batch is too large; nothing was written.
            PoisonedError: If a write or sync failed, now or earlier.

        """
        payload = self._encode(batch.commands)
        if len(payload) > MAX_PAYLOAD:
            raise LogError(
                f"a batch of {len(payload)} bytes is above the limit of {MAX_PAYLOAD}"
            )
        last, chain = self._newest
        position = last + 1
        time_ns, gateway, epoch, n = batch.time_ns, batch.gateway, batch.epoch, batch.n
        fields = RECORD.pack(len(payload), gateway, position, time_ns, epoch, n)
        record, chain = seal(fields, payload, chain)
        disk = self._disk
        with self._guard:
            if self._offset + len(record) > self._filled:
                self._make_room(len(record))
            disk.pwrite(self._fd, record, self._offset)
            disk.sync(self._fd)
            disk.pwrite(self._head, encode_head(position, chain), 0)
        self._offset += len(record)
        self._newest = position, chain
        return Row(position, time_ns, gateway, epoch, n, payload, chain)

    def sync_head(self) -> None:
        """Make the head durable; a power loss then takes it back no further than now.

        Any thread may call it, even while another publishes.

        Raises:
            PoisonedError: As publish.

        """
        with self._guard:
            self._disk.sync(self._head)

    def roll(self) -> None:
        """Continue in a new segment unless this one is empty. Some milliseconds.

        Raises:
            PoisonedError: As publish.

        """
        with self._guard:
            if self._offset > HEADER_BYTES:
                self._roll()

    def close(self) -> None:
        """Close the files and release the directory's lock."""
        try:
            if self._guard.failure is None:
                self._guard.failure = LogError("it was closed")
                self._disk.sync(self._head)
        finally:
            self._close_files()

    def _close_files(self) -> None:
        while self._files:
            self._disk.close(self._files.pop())

    def _check_venue(self, venue: str) -> None:
        if self.venue != venue:
            raise LogError(
                f"{self._directory} is the log of venue {self.venue!r}, not {venue!r}"
            )

    def _check_tail(self) -> None:
        """Check that a torn row is known not to have been answered.

        A power loss cannot destroy the head as well: it is made durable before the
        first row, and lies within one sector, which a disk writes as a whole.
        """
        if self.torn and self.unbounded:
            raise LogError(
                f"{self.unbounded}, and {self._torn_row()}: nobody knows whether it"
                " was answered. Restore the directory from a copy, or start with"
                " --accept-loss, which removes it for good"
            )

    def _torn_row(self) -> str:
        path, position = self._segments[-1].path, self._newest[0] + 1
        return (
            f"{path} ends in a torn row of {counted(self.torn, 'byte')} at offset"
            f" {self._offset} (position {position})"
        )

    def _take_over(self) -> None:
        """Make the existing rows durable, and prepare to append.

        The last row may come from a process that was killed before its sync, or whose
        sync failed and left clean pages that never reached the disk. So write it again,
        and overwrite the torn tail with zeros.
        """
        disk = self._disk
        path = self._segments[-1].path
        self._fd = disk.open_write(path)
        self._files.append(self._fd)
        last_row = disk.read(self._fd, self._offset - self._row_at, self._row_at)
        disk.pwrite(self._fd, last_row + bytes(self.torn), self._row_at)
        disk.sync(self._fd)
        self._filled = disk.size(self._fd)
        if self.torn:
            fate = "it may have been" if self.unbounded else "it was never"
            self.warnings.append(f"{self._torn_row()}: removed; {fate} answered")
        self._head = disk.open_write(self._directory / HEAD_NAME)
        self._files.append(self._head)
        disk.pwrite(self._head, encode_head(*self._newest), 0)
        disk.sync(self._head)
        disk.sync_directory(self._directory)

    def _make_room(self, size: int) -> None:
        """Roll or extend the file so that a record of ``size`` bytes fits."""
        if self._offset + size > self.segment_bytes and self._offset > HEADER_BYTES:
            self._roll()
        else:
            last, chain = self._newest
            self._note(self._segments[-1], Mark(last + 1, self._offset, chain))
        end = self._offset + size
        if end > self._filled:
            step = min(FILL_BYTES, max(0, self.segment_bytes - self._filled))
            self._disk.pwrite(self._fd, ZEROS[:step], self._filled)
            # A row larger than the step, or than the segment, extends the file itself.
            self._filled = max(self._filled + step, end)

    def _roll(self) -> None:
        last, chain = self._newest
        disk = self._disk
        disk.sync(self._head)
        header = Header(self.venue, last + 1, chain)
        segment = create_segment(disk, self._directory, header, self.segment_bytes)
        fd = disk.open_write(segment.path)
        self._files.remove(self._fd)
        disk.close(self._fd)
        self._fd = fd
        self._files.append(fd)
        self._offset = HEADER_BYTES
        self._filled = disk.size(fd)
        self._segments = [*self._segments, segment]
