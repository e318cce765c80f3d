"""``make crash``: kill a venue under load as often as asked, and say what it lost."""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from .rounds import End, Rounds


SHOWN: Final = 10  # faults
_HOW: Final = ", ".join(end.name.lower().replace("_", " ") for end in End)


def main() -> int:
    """Run the rounds; the exit code tells whether everything agreed."""
    parser = argparse.ArgumentParser(prog="python -m crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help=f"each ended {_HOW}")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--every", type=int, default=0, help="rounds between reports")
    parser.add_argument("--keep", type=Path, help="a new directory that is kept")
    asked = parser.parse_args()
    if asked.keep is not None:
        asked.keep.mkdir(parents=True)
        return asyncio.run(_run(asked.keep, asked.rounds, asked.seed, asked.every))
    with tempfile.TemporaryDirectory(prefix="carbonex-crash-") as name:
        return asyncio.run(_run(Path(name), asked.rounds, asked.seed, asked.every))


async def _run(directory: Path, count: int, seed: int, every: int) -> int:
    every = every or max(1, min(100, count // 4))
    began = time.monotonic()
    async with Rounds.begun(directory, seed) as rounds:
        gc.freeze()
        for number in range(1, count + 1):
            await rounds.round(rounds.draw_end())
            if number % every == 0:
                await rounds.verify()
                _say(f"round {number}: {_summary(rounds)}")
            if rounds.faults:
                break
        else:
            await rounds.finish()
    for fault in rounds.faults[:SHOWN]:
        _say(fault)
    ends = ", ".join(f"{e.name.lower()} {n}" for e, n in rounds.ends.items())
    _say(f"{time.monotonic() - began:.0f} s; ends: {ends}")
    done = sum(rounds.ends.values())
    verdict = "FAILED" if rounds.faults else "nothing lost, nothing twice"
    _say(f"rounds {done}, seed {seed}, {_summary(rounds)}: {verdict}")
    return 1 if rounds.faults else 0


def _summary(rounds: Rounds) -> str:
    told, logged = rounds.told, rounds.logged
    seconds = rounds.recovery or [0.0]
    return (
        f"commands {logged.commands}, answered {told.answered} (refused {told.refused}),"
        f" unknown resolved {told.happened + told.never} (happened {told.happened},"
        f" never {told.never}), executions {sum(told.newest.values())},"
        f" trading days {logged.days}, restarts {rounds.restarts},"
        f" digests stated and confirmed {rounds.stated} at starts and {logged.checkpoints}"
        f" in checkpoints,"
        f" recovery p50 {median(seconds):.3f} s max {max(seconds):.3f} s"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
