"""Servers and clients of the benchmarks, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

import carbonex.sdk
from benchmarks.latency import Timed, Times
from benchmarks.load import Load, Result
from carbonex.cli.init import operator_key
from carbonex.wire.keys import generate_key


if TYPE_CHECKING:
    from collections.abc import Iterator


MEMORY: Final = Path("/dev/shm")
# What the venues here are not to be limited by; a ping would ask silent clients
# for an answer.
LIMITS: Final = {
    "requests_per_second": "100_000_000",
    "burst": "100_000_000",
    "connections": "10_000",
    "connections_per_address": "10_000",
    "ping_seconds": "3600",
}
CPU_CLOCK: Final = 2  # of <linux/posix-timers.h>: CPUCLOCK_SCHED of a process


class Server(msgspec.Struct):
    """One that is ready. ``keys`` are files: a trader of its own for each."""

    port: int
    pid: int
    keys: list[str] = []

    def cpu_ns(self) -> int:
        """Return what its process has had of the processors so far, in nanoseconds.

        User and system time of all its threads, by its clock (clock_getcpuclockid),
        because /proc/PID/stat counts in steps of 10 ms.
        """
        return time.clock_gettime_ns(~self.pid << 3 | CPU_CLOCK)


def drive(load: Load) -> Result:
    """Run the closed loop to its end."""
    return msgspec.json.decode(_client("benchmarks.load", load), type=Result)


def drive_timed(timed: Timed) -> Times:
    """Run the client that times every request to its end."""
    return msgspec.msgpack.decode(_client("benchmarks.latency", timed), type=Times)


def _client(module: str, what: Load | Timed) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=msgspec.json.encode(what),
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


@contextlib.contextmanager
def running(command: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a server, with ``more`` in its environment, and end it in any case."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **more},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextlib.contextmanager
def echo(kind: str = "websocket") -> Iterator[Server]:
    """Run the echo server, of "websocket" frames or of the bytes of "tcp"."""
    with running([sys.executable, "-m", "benchmarks.echo", kind]) as process:
        yield Server(int(line(process)), process.pid)


@contextlib.contextmanager
def venue(traders: int, root: Path | None = None) -> Iterator[Server]:
    """Run a new venue with that many funded traders, in a directory that is removed.

    It is made under ``root``, else where temporary files lie.
    """
    carbonex_cli = [sys.executable, "-m", "carbonex.cli"]
    with tempfile.TemporaryDirectory(dir=root) as name:
        directory = Path(name) / "venue"
        subprocess.run(
            [*carbonex_cli, "init", str(directory), "--port", "0"],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        config = directory / "venue.toml"
        text = config.read_text(encoding="utf-8")
        for limit, value in LIMITS.items():
            text = re.sub(rf"(?m)^{limit} = .*", f"{limit} = {value}", text)
        config.write_text(text, encoding="utf-8")
        with running([*carbonex_cli, "serve", str(directory)]) as process:
            found = re.search(r"ws://[^:]+:(\d+)", said := line(process))
            if found is None:
                raise RuntimeError(f"the venue did not open: {said!r}")
            port = int(found[1])
            keys = asyncio.run(_furnish(directory, port, traders))
            yield Server(port, process.pid, keys)


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline()


def tell(process: subprocess.Popen[str], what: bytes) -> None:
    """Give a process a line."""
    assert process.stdin is not None
    process.stdin.write(what.decode() + "\n")
    process.stdin.flush()


async def _furnish(directory: Path, port: int, traders: int) -> list[str]:
    """List the instrument; give every trader a funded account and a key."""
    keys = []
    url = f"ws://127.0.0.1:{port}"
    async with carbonex.sdk.connect(url, key=operator_key(directory)) as operator:
        await operator.list_instrument("CEA25")
        for number in range(traders):
            name = f"trader-{number}"
            key = generate_key(name)
            path = directory / f"{name}.pem"
            key.save(path)
            keys.append(str(path))
            await operator.register_participant(name)
            await operator.open_account(name, name)
            await operator.add_key(name, name, key.public_text, ["read", "trade"])
            await operator.deposit(name, "10000000000.00", client_ref="cash")
            await operator.issue(name, "CEA25", 10**12, client_ref="tonnes")
    return keys
