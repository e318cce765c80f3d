"""What a hostile behaviour is, and how one is tried and reported."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .peer import Peer
from .stage import Stage


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from .honest import Stretch


WATCH_SECONDS: Final = 0.1  # between two looks at the server's memory

# Rates, and what one address may do, are not what most behaviours are about.
UNLIMITED: Final = {
    "requests_per_second": 10**6,
    "burst": 10**6,
    "stranger_requests_per_second": 10**6,
    "stranger_burst": 10**6,
    "connections_per_address": 10**6,
    "handshakes_per_second": 10**6,
    "handshake_burst": 10**6,
    "login_failures_per_minute": 10**6,
    "login_failure_burst": 10**6,
}
# A venue whose other limits are soon reached, for all small ones together.
SMALL: Final = {
    **UNLIMITED,
    "connections": 300,
    "outbox_bytes": 65_536,
    "slow_seconds": 1,
    "handshake_seconds": 0.5,
    "ping_seconds": 1,
    "close_seconds": 0.5,
}

SPARE_DESCRIPTORS: Final = 1500  # of client or server, beside their connections


@dataclass(frozen=True)
class Behaviour:
    """``act`` tries it on a stage, as often or as long as its size says.

    It returns what is worth reporting and asserts what must hold. ``full`` and
    ``small`` are sizes, in whatever it counts.

    ``limits`` are the venue's where they differ from the default file. With
    ``small_limits`` a small run has a venue of its own, too.
    """

    act: Callable[[Stage, int], Awaitable[str]]
    full: int
    small: int
    limits: Mapping[str, float] = field(default_factory=dict)
    small_limits: Mapping[str, float] = field(default_factory=dict)
    connects: bool = False  # as many times as its size, at once

    @property
    def name(self) -> str:
        return self.act.__name__.replace("_", " ")

    def impossible(self, *, small: bool) -> str:
        """Return why this system cannot try it, or nothing."""
        needed = (self.small if small else self.full) + SPARE_DESCRIPTORS
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if not self.connects or hard == resource.RLIM_INFINITY or hard >= needed:
            return ""
        return f"it needs {needed} open files and may have {hard}"


@dataclass(frozen=True)
class Report:
    """How the honest client and the server's memory fared."""

    name: str
    facts: str
    before: Stretch
    during: Stretch
    rss_mb: tuple[float, float, float]  # before, at most, afterwards

    def __str__(self) -> str:
        p50 = self.during.p50 / max(self.before.p50, 1)
        p99 = self.during.p99 / max(self.before.p99, 1)
        before, peak, after = self.rss_mb
        return (
            f"{self.name}: {self.facts};"
            f" honest client p50 {self.before.p50 / 1e3:.2f} → {self.during.p50 / 1e3:.2f} ms"
            f" (× {p50:.1f}), p99 {self.before.p99 / 1e3:.2f} → {self.during.p99 / 1e3:.2f} ms"
            f" (× {p99:.1f}), longest {self.during.worst / 1e3:.0f} ms;"
            f" server {before:.0f} → {peak:.0f} → {after:.0f} MB"
        )


async def try_out(
    behaviour: Behaviour, directory: Path, *, small: bool, quiet_seconds: float
) -> Report:
    """Try a behaviour on a venue of its own, after ``quiet_seconds`` without it.

    Raises:
        AssertionError: If anything that must hold does not, then or afterwards.

    """
    limits = behaviour.small_limits if small else behaviour.limits
    size = behaviour.small if small else behaviour.full
    async with Stage(directory, **{**UNLIMITED, **limits}) as stage:
        report = await try_on(stage, behaviour, size, quiet_seconds)
        await stage.settle()
    return report


async def try_on(
    stage: Stage, behaviour: Behaviour, size: int, quiet_seconds: float
) -> Report:
    """Try a behaviour; what must hold afterwards, ``Stage.settle`` tells.

    None of its connections outlives it, even where it fails.
    """
    await asyncio.sleep(quiet_seconds)
    before, rss_before = await stage.stretch(), stage.venue.rss_mb
    async with _watched(stage) as seen:
        try:
            facts = await behaviour.act(stage, size)
            during = await stage.stretch()
        finally:
            for peer in [*Peer.connected]:
                peer.abort()
    await asyncio.sleep(quiet_seconds)
    rss = (rss_before, max(seen), stage.venue.rss_mb)
    return Report(behaviour.name, facts, before, during, rss)


@contextlib.asynccontextmanager
async def _watched(stage: Stage) -> AsyncIterator[list[float]]:
    """Look at the server's memory meanwhile."""
    seen = [stage.venue.rss_mb]

    async def watch() -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            seen.append(stage.venue.rss_mb)

    task = asyncio.create_task(watch())
    try:
        yield seen
        seen.append(stage.venue.rss_mb)
    finally:
        task.cancel()
