"""Durable WebSocket orders against a bare echo: same client, same window, same run."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import carbonex.sdk
from benchmarks.load import Load, Result
from carbonex.cli.init import operator_key
from carbonex.wire.keys import generate_key


if TYPE_CHECKING:
    from collections.abc import Iterator


CONNECTIONS = 8
WINDOW = 64
FRAMES = 25_000  # requests per connection
ROUNDS = 3


def measure() -> tuple[Result, Result]:
    """Return what the venue and what the echo did with the same requests."""
    with echo() as port:
        bare = drive(Load(port, CONNECTIONS, WINDOW, FRAMES))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "venue"
        with venue(directory) as port:
            keys = asyncio.run(_furnish(directory, port))
            durable = drive(Load(port, CONNECTIONS, WINDOW, FRAMES, keys))
    assert durable.answers == bare.answers
    return durable, bare


def drive(load: Load) -> Result:
    """Run the load client in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=msgspec.json.encode(load),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Result)


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """Run the echo server; yield its port."""
    command = [sys.executable, "-m", "benchmarks.echo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


@contextlib.contextmanager
def venue(directory: Path) -> Iterator[int]:
    """Run a venue with limits that the load does not meet; yield its port."""
    carbonex_cli = [sys.executable, "-m", "carbonex.cli"]
    subprocess.run(
        [*carbonex_cli, "init", str(directory), "--port", "0"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    config = directory / "venue.toml"
    text = config.read_text(encoding="utf-8")
    for limit in ("requests_per_second", "burst"):
        text = re.sub(rf"(?m)^{limit} = .*", f"{limit} = 100_000_000", text)
    config.write_text(text, encoding="utf-8")
    with subprocess.Popen(
        [*carbonex_cli, "serve", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = re.search(r"ws://[^:]+:(\d+)", process.stdout.readline())
        assert found is not None
        yield int(found[1])
        process.terminate()


async def _furnish(directory: Path, port: int) -> list[str]:
    """List the instrument and give every connection a funded account and a key."""
    keys = []
    url = f"ws://127.0.0.1:{port}"
    async with carbonex.sdk.connect(url, key=operator_key(directory)) as operator:
        await operator.list_instrument("CEA25")
        for number in range(CONNECTIONS):
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
