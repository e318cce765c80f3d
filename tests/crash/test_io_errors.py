"""An I/O error in the middle of a commit: no second attempt, 1011, exit, recover."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Final

import pytest

from .orders import Sender, agree, place_one
from .serving import Serving, make_venue


if TYPE_CHECKING:
    from pathlib import Path


SEGMENT_BYTES: Final = 64 * 1024
ANSWERED: Final = 60  # before the disk breaks

# The log's disk fails once ``ARMED`` exists, at the FAULT-th of these, and notes
# in ``ARMED`` what the server still asks of it afterwards. A torn write leaves
# the half of the record in the file.
_FAULTY: Final = """
import errno, os, pathlib
import carbonex.gateway.server.pipeline as pipeline
import carbonex.journal.segments as segments
pipeline.QUICK_SECONDS = {quick}
ARMED, FAULT = pathlib.Path({armed!r}), {fault!r}
class Faulty(segments.OsDisk):
    opened, broken = {{}}, False
    def open_write(self, path):
        self.begin("create" if path.suffix == ".new" else "open")
        fd = super().open_write(path)
        self.opened[fd] = path.name
        return fd
    def pwrite(self, fd, data, offset):
        is_head = self.opened[fd] == "head"
        try:
            self.begin("head" if is_head else "write")
        except OSError:
            super().pwrite(fd, bytes(data)[: len(data) // 2], offset)
            raise
        super().pwrite(fd, data, offset)
    def sync(self, fd):
        self.begin("sync")
        super().sync(fd)
    def rename(self, source, target):
        self.begin("rename")
        super().rename(source, target)
    def begin(self, what):
        if Faulty.broken:
            with ARMED.open("a") as file:
                print(what, file=file)
        elif what == FAULT and ARMED.exists():
            Faulty.broken = True
            raise OSError(errno.EIO, os.strerror(errno.EIO))
segments.OsDisk = Faulty
"""


# Whether a lone order is made durable in the event loop or by the commit thread.
IN_LOOP: Final = 3600
IN_THREAD: Final = 0


@pytest.mark.parametrize(
    ("fault", "quick"),
    [
        ("write", IN_LOOP),
        ("write", IN_THREAD),
        ("sync", IN_LOOP),
        ("sync", IN_THREAD),
        ("head", IN_THREAD),
        ("create", IN_LOOP),
        ("rename", IN_THREAD),
    ],
)
async def test_nothing_is_tried_again_and_nothing_answered_is_lost(
    tmp_path: Path, fault: str, quick: int
) -> None:
    data, armed = tmp_path / "venue", tmp_path / "armed"
    data.mkdir()
    make_venue(data, SEGMENT_BYTES, 4096)
    before = _FAULTY.format(quick=quick, armed=str(armed), fault=fault)
    async with Serving(data, before) as venue:
        sender = Sender(venue.port, "maker", "before")
        async with sender.client as client:
            await client.login("maker")
            await sender.place(ANSWERED)
            armed.touch()
            await sender.until_the_end()
        code = await venue.ended()
        assert sender.close_code == 1011
        assert code == 1
        assert armed.read_text() == ""  # the disk was left alone from then on
        last = venue.errors.splitlines()[-1]
        assert "Input/output error" in last
        assert f"the log in {data} takes nothing any more" in last
        assert "Traceback" not in last

    at_the_end = agree(data, sender)
    unanswered = set(sender.pending.values()) & at_the_end.accepted.keys()
    if fault in ("write", "create", "rename"):
        assert not unanswered  # none of the record, or not all of it
    else:
        assert unanswered  # it is whole: its process died, not the machine

    async with Serving(data) as venue:
        after = await place_one(venue.port, "after")
        (recovered,) = (
            said
            for said in map(json.loads, venue.errors.splitlines())
            if said["event"] == "recovered"
        )
        assert recovered["digest"] == at_the_end.exchange.digest().hex()
        assert recovered["position"] == at_the_end.position
        venue.signal(signal.SIGTERM)
        assert await venue.ended() == 0
    replayed = agree(data, sender, after)
    assert unanswered <= replayed.accepted.keys()
    assert replayed.checkpoints == 1
