"""``make fuzz``: a million hostile inputs, then every hostile behaviour.

    PYTHONPATH=tests python -m hostile                     both
    PYTHONPATH=tests python -m hostile --only fuzz --count 20000 --seed 7
    PYTHONPATH=tests python -m hostile --only behaviours --named ping

The exit code is 1 if anything that must hold did not.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import traceback
from pathlib import Path

import uvloop

from . import dearest, floods, report, silence, slowness, unfairness
from .behaviour import Behaviour, try_out


BEHAVIOURS = (
    *silence.BEHAVIOURS,
    *slowness.BEHAVIOURS,
    *floods.BEHAVIOURS,
    *dearest.BEHAVIOURS,
    *unfairness.BEHAVIOURS,
)
QUIET_SECONDS = 3.0  # of trading without any attack, to compare with


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m hostile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--count", type=int, default=1_000_000, help="messages, frames and handshakes"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("all", "fuzz", "behaviours"), default="all")
    parser.add_argument("--named", metavar="WORD", default="", help="behaviours to try")
    parser.add_argument("--small", action="store_true", help="as the tests try them")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bad = 0
    if arguments.only != "fuzz":
        bad += _try_all(arguments.named, small=arguments.small)
    if arguments.only != "behaviours":
        bad += _fuzz(arguments.count, arguments.seed)
    return min(bad, 1)


def _try_all(name: str, *, small: bool) -> int:
    """Try every behaviour whose name has ``name`` in it; return how many failed."""
    failed = 0
    for behaviour in BEHAVIOURS:
        if name not in behaviour.name:
            continue
        reason = behaviour.impossible(small=small)
        if reason:
            say(f"{behaviour.name}: skipped, {reason}")
            continue
        try:
            say(str(uvloop.run(_try(behaviour, small=small))))
        except Exception:  # noqa: BLE001 - the others are tried as well
            traceback.print_exc()
            say(f"{behaviour.name}: FAILED")
            failed += 1
    return failed


async def _try(behaviour: Behaviour, *, small: bool) -> object:
    with tempfile.TemporaryDirectory() as directory:
        return await try_out(
            behaviour, Path(directory), small=small, quiet_seconds=QUIET_SECONDS
        )


def _fuzz(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as directory:
        result = uvloop.run(report.run(Path(directory), count, seed, QUIET_SECONDS))
    for line in report.lines(result, seed):
        say(line)
    flat = result.growth_mb <= report.MAX_GROWTH_MB
    return len(result.tally.wrong) + (not flat)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
