"""A run of the fuzzer from beginning to end, and what is said of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from .behaviour import UNLIMITED
from .fuzz import Fuzz, Tally
from .stage import Stage


if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from .honest import Stretch


SAMPLES: Final = 100  # of the server's memory, over the run
WARM_UP: Final = 0.4  # of the run: until then what is kept within a limit fills up
# Memory is flat if the median of the run's last fifth is at most this above that of
# the fifth after the warm-up. What may still grow by then: the executions of the
# accounts that trade, of which the newest 10,000 are kept, at up to 600 bytes.
MAX_GROWTH_MB: Final = 16.0


@dataclass(frozen=True)
class Result:
    """What there is to say; ``rss_mb`` are samples at even distances."""

    tally: Tally
    seconds: float
    before: Stretch
    during: Stretch
    rss_before_mb: float
    rss_mb: list[float]
    digest: str

    @property
    def growth_mb(self) -> float:
        """From the fifth after the warm-up to the last one, by their medians."""
        fifth = max(len(self.rss_mb) // 5, 1)
        warm = int(len(self.rss_mb) * WARM_UP)
        first = median(self.rss_mb[warm : warm + fifth])
        return median(self.rss_mb[-fifth:]) - first

    @property
    def warm_mb(self) -> float:
        return self.rss_mb[int(len(self.rss_mb) * WARM_UP)]


async def run(directory: Path, count: int, seed: int, quiet_seconds: float) -> Result:
    """Fuzz a venue of its own with ``count`` cases, after a quiet while.

    Raises:
        AssertionError: If the server failed or logged a failure, an invariant does
            not hold, or the honest client was told what the log does not say.

    """
    async with Stage(directory, **UNLIMITED) as stage:
        await asyncio.sleep(quiet_seconds)
        before, rss_before = await stage.stretch(), stage.venue.rss_mb
        fuzz = Fuzz(stage.port, seed, count, stage.venue.config.limits.frame_bytes)
        samples: list[float] = []
        watching = asyncio.create_task(_sample(stage, fuzz.tally, count, samples))
        began = time.monotonic()
        await fuzz.run()
        seconds = time.monotonic() - began
        watching.cancel()
        samples.append(stage.venue.rss_mb)
        during = await stage.stretch()
        digest = await stage.settle()
    return Result(fuzz.tally, seconds, before, during, rss_before, samples, digest)


async def _sample(stage: Stage, tally: Tally, count: int, samples: list[float]) -> None:
    while True:
        if tally.cases >= len(samples) * count // SAMPLES:
            samples.append(stage.venue.rss_mb)
        await asyncio.sleep(0.02)


def lines(result: Result, seed: int) -> list[str]:
    """Return the report; its last line is the summary."""
    tally, before, during = result.tally, result.before, result.during
    wrong = [f"WRONG {wrong}" for wrong in tally.wrong]
    summary = (
        f"fuzz: seed {seed}, {tally.cases} cases (messages, frames, handshakes)"
        f" in {result.seconds:.0f} s over sockets,"
        f" {len(wrong)} wrong, 0 failures logged;"
        f" honest client p50 {before.p50 / 1e3:.2f} → {during.p50 / 1e3:.2f} ms,"
        f" p99 {before.p99 / 1e3:.2f} → {during.p99 / 1e3:.2f} ms;"
        f" server {result.rss_before_mb:.0f} MB, warm {result.warm_mb:.0f},"
        f" at the end {result.rss_mb[-1]:.0f} ({result.growth_mb:+.1f});"
        f" invariants hold, digest {result.digest[:16]}"
    )
    return [
        f"sent: {_counts(tally.kinds)}",
        f"answers: {_counts(tally.answers)}",
        f"closes: {_counts(tally.closes)}",
        f"statuses (0 is none): {_counts(tally.statuses)}",
        *wrong,
        summary,
    ]


def _counts(counter: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counter.most_common())
