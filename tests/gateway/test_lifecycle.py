"""What a venue says of its life: JSON lines with the events that the document lists."""

from __future__ import annotations

import datetime as dt
import errno
import json
import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from carbonex.gateway.server.server import Server, ServerFailed
from market import CEA, config, make_market
from operations import Site, section
from sources import ROOT
from stranger import Stranger


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Event(NamedTuple):
    """What the document says of one."""

    level: str
    fields: set[str]


def documented() -> dict[str, Event]:
    """Return the events of the table; several in one row share what is said once."""
    events = {}
    for row in section("Monitoring").partition("| event |")[2].splitlines()[2:]:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) == 4:
            names = re.findall(r"`([^`]+)`", cells[0])
            levels, fields = cells[1].split(", "), cells[2].split("; ")
            for i, name in enumerate(names):
                wanted = fields[min(i, len(fields) - 1)].split(", ")
                level = levels[min(i, len(levels) - 1)]
                events[name] = Event(level, set(filter(None, wanted)))
    return events


EVENTS = documented()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.end()


def checked(lines: str) -> list[str]:
    """Return the names of events, each of which must be as the document has it."""
    names = []
    for line in lines.splitlines():
        fields = json.loads(line)
        event = EVENTS[fields["event"]]
        assert fields["level"] == event.level
        assert event.fields <= set(fields)
        dt.datetime.fromisoformat(fields["timestamp"])
        names.append(fields["event"])
    return names


async def test_a_run_says_what_is_documented(site: Site) -> None:
    site.provide()
    await site.shell("carbonex init /srv/carbonex/acme --port 8080")
    ready = section("Install and first start").partition("curl")[2].partition("\n")[0]
    for _ in range(2):
        await site.shell(f"systemctl start carbonex@acme\ncurl{ready}")
        await site.shell("systemctl stop carbonex@acme")
    life = ["listening", "recovering", "recovered", "next trading day", "online"]
    end = ["shutting down", "snapshot kept", "stopped"]
    first = checked(site.log_lines())
    # Where the machine is busy the loop may be held; where the day is open it begins.
    run = [name for name in first if name not in {"day begun", "loop held"}]
    assert run == [*life, *end] * 2


def test_a_held_loop_is_told_as_it_is_documented() -> None:
    told = {"by": "reading", "seconds": 0.06, "event": "loop held", "level": "warning"}
    line = json.dumps({**told, "timestamp": "2026-12-02T20:28:29.726393Z"})
    assert checked(line) == ["loop held"]


async def test_a_log_that_cannot_be_written_is_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_market(tmp_path, config())
    with structlog.testing.capture_logs() as logs:
        async with Server.start(tmp_path, config()) as server:

            def broken(_batch: object) -> NoReturn:
                raise OSError(errno.EIO, "input/output error")

            monkeypatch.setattr(server.log, "publish", broken)
            async with Stranger(server.port) as maker:
                await maker.login("maker")
                with pytest.raises(ConnectionClosed):
                    await maker.call(
                        "add_order", instrument=CEA, side="buy", price="70", quantity=1
                    )
            with pytest.raises(ServerFailed, match="input/output error"):
                await server.wait()
    (failed,) = [line for line in logs if line["event"] == "failed"]
    assert failed["log_level"] == EVENTS["failed"].level
    assert isinstance(failed["exc_info"], OSError)  # rendered as ``exception``


def test_the_document_has_every_event_and_no_other() -> None:
    sources = (ROOT / "gateway/carbonex/gateway").rglob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    found = re.findall(r'_log\.(\w+)\(\s*"([^"]+)"', code)
    levels = {"exception": "error"}
    assert {(name, levels.get(level, level)) for level, name in found} == {
        (name, event.level) for name, event in EVENTS.items()
    }
