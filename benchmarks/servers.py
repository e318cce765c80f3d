"""Servers and clients of the benchmarks, each in its own process."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

import carbonex.sdk
from benchmarks.latency import Timed, Times
from benchmarks.load import Load, Result
from benchmarks.processes import line, printed, running
from benchmarks.serving import limited, opened
from carbonex.cli.init import operator_key
from carbonex.wire.keys import generate_key


if TYPE_CHECKING:
    from collections.abc import Iterator


MEMORY: Final = Path("/dev/shm")
# Limits that do not slow a benchmark. A frequent ping would demand answers from
# silent clients.
LIMITS: Final = {
    "requests_per_second": 100_000_000,
    "burst": 100_000_000,
    "connections": 10_000,
    "connections_per_address": 10_000,
    "ping_seconds": 3600,
}


class Server(msgspec.Struct):
    """A ready server; ``keys`` are key files, one trader each."""

    port: int
    pid: int
    keys: list[str] = []


def drive(load: Load) -> Result:
    """Run the closed-loop client to its end."""
    done = printed("benchmarks.load", told=msgspec.json.encode(load))
    return msgspec.json.decode(done, type=Result)


def drive_timed(timed: Timed) -> Times:
    """Run the timing client to its end."""
    done = printed("benchmarks.latency", told=msgspec.json.encode(timed))
    return msgspec.msgpack.decode(done, type=Times)


@contextlib.contextmanager
def echo(kind: str = "websocket") -> Iterator[Server]:
    """Run the echo server: "websocket" echoes frames, "tcp" bytes."""
    with running([sys.executable, "-m", "benchmarks.echo", kind]) as process:
        yield Server(int(line(process)), process.pid)


@contextlib.contextmanager
def venue(traders: int, root: Path | None = None) -> Iterator[Server]:
    """Run a new venue with ``traders`` funded traders in a temporary directory.

    The directory is made under ``root``, by default among the temporary files.
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
        config.write_text(limited(text, LIMITS), encoding="utf-8")
        with running([*carbonex_cli, "serve", str(directory)]) as process:
            port = opened(process)
            keys = asyncio.run(_furnish(directory, port, traders))
            yield Server(port, process.pid, keys)


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
