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
from carbonex.journal.disk import OsDisk
pipeline.QUICK_NS = {quick}
ARMED, FAULT = pathlib.Path({armed!r}), {fault!r}
real, opened, broken = dict(vars(OsDisk)), {{}}, []
def begin(what):
    if broken:
        with ARMED.open("a") as file:
            print(what, file=file)
    elif what == FAULT and ARMED.exists():
        broken.append(what)
        raise OSError(errno.EIO, os.strerror(errno.EIO))
def open_write(disk, path):
    in_log = path.parent.name == "log"
    if in_log:
        begin("create" if path.suffix == ".new" else "open")
    fd = real["open_write"](disk, path)
    opened[fd] = path.name if in_log else ""
    return fd
def pwrite(disk, fd, data, offset):
    try:
        if opened[fd]:
            begin("head" if opened[fd] == "head" else "write")
    except OSError:
        real["pwrite"](disk, fd, bytes(data)[: len(data) // 2], offset)
        raise
    real["pwrite"](disk, fd, data, offset)
def sync(disk, fd):
    if opened[fd]:
        begin("sync")
    real["sync"](disk, fd)
def rename(disk, source, target):
    if source.parent.name == "log":
        begin("rename")
    real["rename"](disk, source, target)
for call in (open_write, pwrite, sync, rename):
    setattr(OsDisk, call.__name__, call)
"""


# Whether a lone order is made durable in the event loop or by the commit thread.
IN_LOOP: Final = 2**60
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
    make_venue(data, SEGMENT_BYTES)
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
        assert f"writing the log in {data} failed: " in last
        assert "Nothing that was answered is lost" in last
        assert last.endswith("then start the venue again")
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
