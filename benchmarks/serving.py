"""A venue with a past, and its server in a separate process.

The past is written directly to the log before the server starts. This takes a second
where requests would take minutes. It is written without syncs; the starting server
sees no difference.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.processes import line, printed
from carbonex.engine import (
    Batch,
    Exchange,
    GatewayOpened,
    HideOrderIds,
)
from carbonex.gateway.config import FILE_NAME, default_config_text
from carbonex.journal import OsDisk, SegmentLog, Snapshot, SnapshotStore


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from carbonex.engine import Command


VENUE: Final = "bench"
NOW_NS: Final = time.time_ns()
# Limits that no benchmark reaches, although all its clients share one address.
LIMITS: Final = {
    "connections": 20_000,
    "connections_per_address": 20_000,
    "handshakes_per_second": 100_000,
    "handshake_burst": 100_000,
}
STOP_SECONDS: Final = 120  # limit for a clean stop with its snapshot


class Unsynced(OsDisk):
    """A disk whose sync does nothing."""

    def sync(self, fd: int) -> None:
        pass


class Served(NamedTuple):
    """A running server: its port and its process."""

    port: int
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """Stop the server cleanly.

        Raises:
            subprocess.CalledProcessError: If it exited with an error.
            subprocess.TimeoutExpired: If it did not exit.

        """
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        if code:
            raise subprocess.CalledProcessError(code, self.process.args)


def configure(directory: Path) -> None:
    """Make a venue's directory, with LIMITS in its venue.toml."""
    directory.mkdir()
    text = default_config_text(VENUE).replace("port = 8080", "port = 0")
    text = text.replace('mode = "calendar"', 'mode = "manual"')
    (directory / FILE_NAME).write_text(limited(text, LIMITS), encoding="utf-8")


def limited(text: str, limits: Mapping[str, int]) -> str:
    """Return a venue.toml's text with other limits.

    Raises:
        KeyError: If the text lacks one of the limits.

    """
    for name, value in limits.items():
        text, found = re.subn(rf"(?m)^{name} = .*", f"{name} = {value}", text)
        if not found:
            raise KeyError(name)
    return text


def write_past(directory: Path, rows: Iterable[list[Command]]) -> Exchange:
    """Write a venue's log, opening included; return the resulting exchange."""
    exchange = Exchange()
    opening: list[list[Command]] = [
        [GatewayOpened("")],
        [HideOrderIds("", bytes(range(32)))],
    ]
    with SegmentLog(directory, VENUE, Unsynced()) as log:
        for n, commands in enumerate(itertools.chain(opening, rows)):
            batch = Batch(NOW_NS, 1, 1, n, commands)
            log.publish(batch)
            exchange.apply(batch)
    return exchange


def keep(directory: Path, exchange: Exchange) -> None:
    """Save a snapshot of the log's final state."""
    with SegmentLog(directory, VENUE, Unsynced()) as log:
        position = log.bounds()[1]
        chain = log.hash_at(position)
    SnapshotStore(directory).save(Snapshot.of(exchange, position, chain))


def opened(process: subprocess.Popen[str]) -> int:
    """Return the port that a server announces.

    Raises:
        RuntimeError: If it prints anything else, or ends.

    """
    found = re.search(r"is open at ws://[^:]+:(\d+)", said := line(process))
    if found is None:
        raise RuntimeError(f"the venue did not open: {said!r}")
    return int(found[1])


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Served]:
    """Run the server; yield when clients can connect, kill it at the end."""
    with (
        (directory / "server.jsonl").open("ab") as lines,
        subprocess.Popen(
            [sys.executable, "-m", "carbonex.cli", "serve", str(directory)],
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        ) as process,
    ):
        try:
            yield Served(opened(process), process)
        finally:
            process.kill()


def verified(directory: Path) -> str:
    """Verify the whole log of a stopped venue; return the output of ``verify``.

    Raises:
        subprocess.CalledProcessError: If anything in it is wrong.

    """
    done = printed("carbonex.cli", "verify", str(directory))
    return " ".join(done.decode().split())
