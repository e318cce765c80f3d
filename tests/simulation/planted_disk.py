"""Planted bugs between the server and its disk."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from carbonex.gateway.server.committer import Committer
from carbonex.journal import (
    SegmentLog,
    archiving,
    disk as disk_module,
    making,
    records,
    scan,
    segments,
    snapshots,
)
from carbonex.journal.log import Row


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from carbonex.engine import Batch


class Skipping:
    """A disk that ignores the calls selected by ``skips``."""

    def __init__(
        self, disk: Any, skips: Callable[[str, tuple[Any, ...]], bool]
    ) -> None:
        self._disk = disk
        self._skips = skips

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._disk, name)

        def perhaps(*args: Any) -> Any:
            return None if self._skips(name, args) else call(*args)

        return perhaps


@contextlib.contextmanager
def _publishing(
    skips: Callable[[SegmentLog, str, tuple[Any, ...]], bool],
) -> Iterator[None]:
    """Skip disk calls while a batch is published."""
    publish = SegmentLog.publish

    def skipping(log: SegmentLog, batch: Batch) -> Row:
        disk = log._disk
        log._disk = Skipping(disk, lambda *call: skips(log, *call))
        try:
            return publish(log, batch)
        finally:
            log._disk = disk

    with mock.patch.object(SegmentLog, "publish", skipping):
        yield


def sync_left_out() -> contextlib.AbstractContextManager[object]:
    return _publishing(lambda log, name, args: name == "sync" and args[0] == log._fd)


def head_left_out() -> contextlib.AbstractContextManager[object]:
    return _publishing(
        lambda log, name, args: name == "pwrite" and args[0] == log._head
    )


@contextlib.contextmanager
def answer_before_sync() -> Iterator[None]:
    do = Committer._do

    def answering_first(committer: Committer, work: Any) -> bool:
        log: Any = getattr(committer._log, "_log", committer._log)
        with sync_left_out():
            going_on = do(committer, work)
        committer._loop.call_later(0.003, _sync, log, log._fd)
        return going_on

    with mock.patch.object(Committer, "_do", answering_first):
        yield


def _sync(log: Any, fd: int) -> None:
    if fd in log._files:
        log._disk.sync(fd)


@contextlib.contextmanager
def written_behind() -> Iterator[None]:
    """Write each batch only when the next one comes, but answer it at once."""
    publish, waiting = SegmentLog.publish, dict[SegmentLog, "Batch"]()

    def behind(log: SegmentLog, batch: Batch) -> Row:
        before = waiting.pop(log, None)
        if before is not None:
            publish(log, before)
        waiting[log] = batch
        last, chain = log._newest
        payload = log._encode(batch.commands)
        fields = records.RECORD.pack(
            len(payload), batch.gateway, last + 1, batch.time_ns, batch.epoch, batch.n
        )
        _, chain = records.seal(fields, payload, chain)
        return Row(
            last + 1, batch.time_ns, batch.gateway, batch.epoch, batch.n, payload, chain
        )

    close = SegmentLog.close

    def closing(log: SegmentLog) -> None:
        before = waiting.pop(log, None)
        if before is not None:
            publish(log, before)
        close(log)

    with (
        mock.patch.object(SegmentLog, "publish", behind),
        mock.patch.object(SegmentLog, "close", closing),
    ):
        yield


def _no_name(name: str, _args: tuple[Any, ...]) -> bool:
    return name == "sync_directory"


@contextlib.contextmanager
def segment_without_name() -> Iterator[None]:
    create = making.create_segment

    def creating(disk: Any, *args: Any) -> Any:
        return create(Skipping(disk, _no_name), *args)

    with mock.patch.object(segments, "create_segment", creating):
        yield


@contextlib.contextmanager
def snapshot_without_name() -> Iterator[None]:
    save = snapshots.SnapshotStore.save

    def saving(store: snapshots.SnapshotStore, snapshot: Any) -> Path:
        disk = store._disk
        store._disk = Skipping(disk, _no_name)
        try:
            return save(store, snapshot)
        finally:
            store._disk = disk

    with mock.patch.object(snapshots.SnapshotStore, "save", saving):
        yield


@contextlib.contextmanager
def archive_not_synced() -> Iterator[None]:
    make_file = disk_module.make_file

    def making_it(disk: Any, *args: Any) -> None:
        make_file(Skipping(disk, lambda name, _: name == "sync"), *args)

    with mock.patch.object(archiving, "make_file", making_it):
        yield


@contextlib.contextmanager
def torn_tail_accepted() -> Iterator[None]:
    """Trust a record's stored hash."""

    def trusting(data: bytes, offset: int, position: int, chain: bytes) -> Row | None:
        if len(data) - offset < records.RECORD.size:
            return None
        fields = records.RECORD.unpack_from(data, offset)
        length, gateway, found, time_ns, epoch, n = fields
        end = offset + records.record_size(length)
        if (
            found != position
            or not 0 < length <= records.MAX_PAYLOAD
            or end > len(data)
        ):
            return None
        start = offset + records.RECORD.size
        stored = data[end - records.HASH_BYTES : end]
        return Row(
            position, time_ns, gateway, epoch, n, data[start : start + length], stored
        )

    with mock.patch.object(scan, "parse", trusting):
        yield


@contextlib.contextmanager
def taken_over_unsynced() -> Iterator[None]:
    take_over = SegmentLog._take_over

    def trusting(log: SegmentLog) -> None:
        disk = log._disk
        log._disk = Skipping(disk, lambda name, args: name == "sync")
        rows = Skipping(
            disk, lambda name, args: name in ("sync", "pwrite") and args[0] == log._fd
        )
        log._disk = rows
        try:
            take_over(log)
        finally:
            log._disk = disk

    with mock.patch.object(SegmentLog, "_take_over", trusting):
        yield
