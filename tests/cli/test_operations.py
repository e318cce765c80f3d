"""Every procedure of docs/operations.md, tried as written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import carbonex.sdk
from carbonex.wire.keys import generate_key
from operations import Site, section
from stranger import eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from carbonex.sdk import Venue

CEA = "CEA25"
NEXT = "99.0"  # a later release
READY = (
    "curl --silent --retry 60 --retry-delay 1 --retry-all-errors --fail"
    " http://127.0.0.1:8080/ready"
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.end()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Site]:
    """Return a machine whose disk has 128 MiB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "none", str(tmp_path)]
    if (
        os.geteuid()
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("nothing can be mounted here")
    site = Site(tmp_path)
    try:
        yield site
    finally:
        site.end()
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def connected(site: Site, key: str) -> contextlib.AbstractAsyncContextManager[Venue]:
    url = f"ws://127.0.0.1:{site.port}"
    return carbonex.sdk.connect(url, key=site.root / key)


async def furnish(site: Site) -> None:
    """List an instrument and admit one trader with money and tonnes."""
    key = generate_key("trader")
    key.save(site.root / "trader.pem")
    shutil.copy(site.venues / "acme-operator.pem", site.root / "operator.pem")
    async with connected(site, "operator.pem") as venue:
        await venue.list_instrument(CEA)
        await venue.register_participant("trader")
        await venue.open_account("trader", "trader")
        await venue.add_key("trader", "trader", key.public_text, ["read", "trade"])
        await venue.deposit("trader", "1000000.00", client_ref="cash")
        await venue.issue("trader", CEA, 10_000, client_ref="tonnes")


async def trade(site: Site, answered: list[str]) -> None:
    """Place and cancel orders until cancelled; one in ten stays."""
    async with connected(site, "trader.pem") as venue:
        for number in range(1_000_000):
            name = f"o-{number}"
            order = await venue.buy(CEA, 1, "1.00", client_order_id=name)
            answered.append(name)
            if number % 10:
                await order.cancel()


@contextlib.asynccontextmanager
async def load(site: Site) -> AsyncIterator[list[str]]:
    """Keep the venue busy meanwhile; yield the orders that were answered."""
    answered: list[str] = []
    trading = asyncio.create_task(trade(site, answered))
    while not answered:
        await asyncio.sleep(0.01)
        assert not trading.done(), trading.exception()
    yield answered
    assert not trading.done(), trading.exception()
    trading.cancel()
    await asyncio.wait([trading])


async def open_orders(site: Site) -> set[str]:
    async with connected(site, "trader.pem") as venue:
        return {order.client_order_id for order in await venue.open_orders()}


async def halt(site: Site, key: str) -> None:
    async with connected(site, key) as venue:
        await venue.halt(CEA)


async def damage(site: Site) -> Path:
    """Spoil a row while the venue is stopped, and start it in vain."""
    await site.shell("systemctl stop carbonex@acme")
    (segment, *_) = sorted((site.venues / "acme/log").glob("*.log"))
    damaged = bytearray(segment.read_bytes())
    damaged[damaged.index(b"o-50")] ^= 1
    segment.write_bytes(damaged)
    await site.shell("systemctl start carbonex@acme")
    await site.shell(f"while kill -0 $(cat {site.root}/acme.pid); do sleep 0.1; done")
    return segment


async def test_a_venues_life_as_the_document_tells_it(site: Site) -> None:
    assert "all good" in (await site.follow("Install and first start"))
    await furnish(site)
    async with load(site) as answered:
        await eventually(lambda: len(answered) >= 200)
        before = list(answered)
        copied = await site.follow("Backup, while it is open")
    assert "all good" in copied
    assert len(answered) > len(before), "it traded meanwhile"

    assert await open_orders(site)
    await site.follow("Old segments")
    assert (site.venues / "copy-of-old").is_dir()

    segment = await damage(site)
    assert f"carbonex: {segment} is damaged at offset" in site.log_lines()
    assert f"{segment}, offset" in (await site.follow("A start that is refused"))

    restored = await site.follow("Restore")
    assert restored.endswith("online\n")
    kept = {name for i, name in enumerate(before) if i % 10 == 0}
    assert kept <= await open_orders(site)

    assert "all good" in (await site.follow("Moving to another machine"))
    await site.shell(f"systemctl start carbonex@elsewhere\n{READY}")
    assert kept <= await open_orders(site)
    await site.shell("systemctl stop carbonex@elsewhere")

    await site.shell(f"systemctl start carbonex@acme\n{READY}")
    site.release(NEXT)
    upgraded = await site.follow("Upgrade")
    assert f"Successfully installed carbonex-{NEXT}" in upgraded
    assert upgraded.endswith(f"carbonex {NEXT} (pure Python)\nonline\n")
    assert kept <= await open_orders(site)

    await site.follow("Keys")
    with pytest.raises(carbonex.sdk.AccessDenied):
        await halt(site, "operator.pem")
    await halt(site, "srv/carbonex/operator-2.pem")
    await site.follow("Clock trouble")
    assert (await site.shell(READY)) == "online\n"
    assert "all good" in (await site.follow("A disk that fails"))
    assert (await site.shell(READY)) == "online\n"
    await site.shell("systemctl stop carbonex@acme")


async def test_a_disk_that_fills_and_has_room_again(small_disk: Site) -> None:
    site = small_disk
    site.provide()
    await site.shell("carbonex init /srv/carbonex/acme --port 8080")
    file = site.venues / "acme/venue.toml"
    text = file.read_text().replace(
        "reserve_bytes = 268_435_456", "reserve_bytes = 33_554_432"
    )
    file.write_text(text)
    await site.shell(f"systemctl start carbonex@acme\n{READY}")
    await furnish(site)
    await full_disk_says(site, "carbonex_log_full 0.0")
    async with connected(site, "trader.pem") as venue:
        order = await venue.buy(CEA, 1, "1.00")
        (site.root / "filler").write_bytes(bytes(_free(site.root) - 16 * 2**20))
        await full_disk_says(site, "carbonex_log_full 1.0")
        with pytest.raises(carbonex.sdk.Overloaded, match="LOG_FULL"):
            await venue.buy(CEA, 1, "1.00")
        await order.cancel()
        (site.root / "filler").unlink()
        await full_disk_says(site, "carbonex_log_full 0.0")
        await venue.buy(CEA, 1, "1.00")
    lines = [json.loads(line) for line in site.log_lines().splitlines()]
    full, roomy = [line for line in lines if line["event"].startswith("log ")]
    assert (full["event"], roomy["event"]) == ("log full", "log has room")
    assert full["free_bytes"] < full["reserve_bytes"] < roomy["free_bytes"]
    assert full["path"].endswith("/log")


async def full_disk_says(site: Site, wanted: str) -> None:
    """Look as the document says until that is there."""
    for _ in range(300):
        if wanted in await site.follow("A full disk"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(wanted)


def _free(path: Path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def test_the_unit_says_what_a_venue_needs() -> None:
    unit = section("Install and first start")
    for line in ("ExecStart=", "TimeoutStopSec=", "Restart=on-failure", "LimitNOFILE="):
        assert line in unit


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_unit_is_one(site: Site) -> None:
    """systemd finds nothing to say about it, but for who runs it: nobody here."""
    site.provide()
    unit = site.root / "carbonex@.service"
    unit.write_text((site.root / "unit").read_text())
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],
        check=True,
        capture_output=True,
        text=True,
    )
    assert (said.stdout, said.stderr) == ("", "")
