"""A disk in memory that can lose power at any call, fail, and fill up.

It keeps what a real one promises, and not a byte more: data after ``sync`` of
the file, names after ``sync_directory``. Of everything else a power loss keeps
what chance likes: each write whole, in some of its sectors, or not at all (a
file of one sector is as after one of its writes); each new, renamed or removed
name or not. A failed sync loses its data although
reading still shows it, as Linux does.
"""

from __future__ import annotations

import errno
import random
from pathlib import Path
from typing import Final, final


DIRECTORY: Final = Path("/data")  # on the simulated disk
SECTOR: Final = 512
LOSSES: Final = ("writes dropped", "writes kept", "writes torn", "names dropped")


class PowerLost(BaseException):
    """The simulated machine is off."""


@final
class _File:
    """``content`` is what reads show; ``written`` what no sync has confirmed."""

    def __init__(self) -> None:
        self.durable = bytearray()
        self.content = bytearray()
        self.written: list[tuple[int, bytes]] = []

    def write(self, data: bytes, offset: int) -> None:
        _put(self.content, data, offset)
        self.written.append((offset, data))

    def sync(self) -> None:
        for offset, data in self.written:
            _put(self.durable, data, offset)
        self.written.clear()


class SimulatedDisk:
    """Satisfies ``carbonex.journal.Disk``.

    ``calls`` counts those that change something; ``free`` is what ``free_bytes``
    says; ``lost`` counts what became of what was not synced when power went.
    """

    def __init__(self, seed: int = 0, directory: Path = DIRECTORY) -> None:
        self.random = random.Random(seed)
        self.calls = 0
        self.bytes_read = 0
        self.largest_read = 0
        self.free = 1 << 40
        self.lost = dict.fromkeys(LOSSES, 0)
        self._power_off_at = 0
        self._off = False
        self._faults: dict[str, tuple[int, int]] = {}
        self._names: dict[Path, _File] = {}
        self._durable_names: dict[Path, _File] = {}
        self._renamed: list[tuple[Path | None, Path | None, _File]] = []
        self._directories: set[Path] = {directory.parent}
        self._open: dict[int, _File] = {}
        self._locked: dict[int, _File] = {}
        self._next_fd = 3

    # What a test does to it.

    def lose_power_after(self, calls: int) -> None:
        """Go off in the middle of the ``calls``-th changing call from now; 0: never."""
        self._power_off_at = self.calls + calls

    def fail(self, call: str, code: int, after: int = 0) -> None:
        """Let one ``call`` (its method's name) fail, ``after`` more that work."""
        self._faults[call] = (after, code)

    def restart(self) -> None:
        """Come back with what was durable, and some of what was not."""
        for source, target, file in self._renamed:
            if self.random.random() < 0.5:
                _rename(self._durable_names, source, target, file)
            else:
                self.lost["names dropped"] += 1
        self._renamed.clear()
        for file in {id(f): f for f in self._durable_names.values()}.values():
            self._keep(file)
            file.written.clear()
            file.content = bytearray(file.durable)
        self._names = dict(self._durable_names)
        self._open.clear()
        self._locked.clear()
        self._off, self._power_off_at = False, 0

    def kill(self) -> None:
        """Let the process die and the machine live: descriptors and locks go."""
        self._open.clear()
        self._locked.clear()

    def files(self) -> list[Path]:
        """Every file's path, sorted."""
        return sorted(self._names)

    def content(self, path: Path) -> bytearray:
        """The bytes of a file, to look at or to damage (see ``settle``)."""
        return self._names[path].content

    def settle(self) -> None:
        """Make everything durable as it is now, damage included."""
        self._renamed.clear()
        self._durable_names = dict(self._names)
        for file in self._names.values():
            file.written.clear()
            file.durable = bytearray(file.content)

    # What the log does with it.

    def open_read(self, path: Path) -> int:
        self._check_power()
        return self._descriptor(self._named(path))

    def open_write(self, path: Path) -> int:
        self._begin("open_write")
        assert path.parent in self._directories, path
        if path not in self._names:
            self._name(None, path, _File())
            self._count()
        return self._descriptor(self._names[path])

    def close(self, fd: int) -> None:
        if not self._off:
            del self._open[fd]
            self._locked.pop(fd, None)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self._check_power()
        data = bytes(self._open[fd].content[offset : offset + size])
        self.bytes_read += len(data)
        self.largest_read = max(self.largest_read, len(data))
        return data

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        file, data = self._open[fd], bytes(data)
        try:
            self._begin("pwrite")
        except OSError:
            file.write(data[: self.random.randrange(len(data))], offset)
            raise
        file.write(data, offset)
        self._count()

    def sync(self, fd: int) -> None:
        file = self._open[fd]
        try:
            self._begin("sync")
        except OSError:
            file.written.clear()
            raise
        if self.random.random() < 0.5:  # power fails before or after it is done
            self._count()
            file.sync()
        else:
            file.sync()
            self._count()

    def size(self, fd: int) -> int:
        return len(self._open[fd].content)

    def lock(self, fd: int) -> None:
        self._check_power()
        if self._open[fd] in self._locked.values():
            raise BlockingIOError(errno.EWOULDBLOCK, "locked")
        self._locked[fd] = self._open[fd]

    def make_directory(self, path: Path) -> None:
        self._check_power()
        assert path.parent in self._directories, path
        self._directories.add(path)

    def sync_directory(self, path: Path) -> None:
        self._begin("sync_directory")
        self._count()
        for entry in list(self._renamed):
            named = entry[1] or entry[0]
            if named is not None and named.parent == path:
                _rename(self._durable_names, *entry)
                self._renamed.remove(entry)

    def names(self, path: Path) -> list[str]:
        self._check_power()
        return sorted(name.name for name in self._names if name.parent == path)

    def rename(self, source: Path, target: Path) -> None:
        self._begin("rename")
        self._name(source, target, self._named(source))
        self._count()

    def remove(self, path: Path) -> None:
        self._begin("remove")
        self._name(path, None, self._named(path))
        self._count()

    def free_bytes(self, path: Path) -> int:
        assert path in self._directories
        return self.free

    def _named(self, path: Path) -> _File:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
        return self._names[path]

    def _check_power(self) -> None:
        if self._off:
            raise PowerLost

    def _begin(self, call: str) -> None:
        """Raise what ``call`` is to raise before it has done anything."""
        self._check_power()
        if call in self._faults:
            after, code = self._faults.pop(call)
            if after == 0:
                raise OSError(code, "simulated")
            self._faults[call] = (after - 1, code)

    def _count(self) -> None:
        """Count a call that has changed something, unless power fails in it."""
        self.calls += 1
        if self.calls == self._power_off_at:
            self._off = True
            raise PowerLost

    def _descriptor(self, file: _File) -> int:
        self._next_fd += 1
        self._open[self._next_fd] = file
        return self._next_fd

    def _name(self, source: Path | None, target: Path | None, file: _File) -> None:
        _rename(self._names, source, target, file)
        self._renamed.append((source, target, file))

    def _keep(self, file: _File) -> None:
        """Let chance decide about a file's unsynced writes."""
        if len(file.content) <= SECTOR:  # it is one sector, old or new
            kept = self.random.randrange(len(file.written) + 1)
            for offset, data in file.written[:kept]:
                _put(file.durable, data, offset)
            self.lost["writes kept"] += kept
            self.lost["writes dropped"] += len(file.written) - kept
            return
        for offset, data in file.written:
            self._keep_some(file.durable, offset, data)

    def _keep_some(self, durable: bytearray, offset: int, data: bytes) -> None:
        fate = self.random.random()
        if fate < 0.3:
            self.lost["writes dropped"] += 1
            return
        if fate < 0.5:
            self.lost["writes kept"] += 1
            _put(durable, data, offset)
            return
        self.lost["writes torn"] += 1
        if fate < 0.7:  # a beginning of it, to the byte
            _put(durable, data[: self.random.randrange(len(data) + 1)], offset)
            return
        for start in range(offset // SECTOR * SECTOR, offset + len(data), SECTOR):
            if self.random.random() < 0.5:
                first, end = max(start, offset), start + SECTOR
                _put(durable, data[first - offset : end - offset], first)


def _put(content: bytearray, data: bytes, offset: int) -> None:
    """Write ``data``; a gap before it reads as zeros."""
    if data:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


def _rename(
    names: dict[Path, _File], source: Path | None, target: Path | None, file: _File
) -> None:
    if source is not None:
        names.pop(source, None)
    if target is not None:
        names[target] = file
