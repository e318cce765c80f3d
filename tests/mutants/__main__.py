"""``make mutants``: change the engine a little, and see that a test notices.

    PYTHONPATH=tests:. python -m mutants                        50 of each module
    PYTHONPATH=tests:. python -m mutants --only orders/locks --count 0 --seed 7

A mutant is a copy of this process with one change in one function of the engine's
``orders``, ``market`` or ``off_book``; the files stay as they are. It meets the
engine's own tests that run the changed line, and dies with the first that fails. Those
that survive are for a reader: each wants a scenario, or is no change of what is done
(``docs/validation.md`` tells which).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from .mutant import Source
from .running import Running


if TYPE_CHECKING:
    from collections.abc import Callable

    from .mutant import Mutant


ROOT: Final = Path(__file__).parents[2]
ENGINE: Final = ROOT / "engine" / "carbonex" / "engine"
PACKAGES: Final = ("orders", "market", "off_book")
TESTS: Final = ("tests/engine", "tests/golden")
# What counts lines, bytes and how often things happen says little of right and wrong,
# and what goes to extremes says it late: together they take half the time.
LEFT_OUT: Final = (
    "test_bounded_work.py",
    "test_extremes.py",
    "test_memory.py",
    "test_reach.py",
    "test_watch.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", default="", help="modules whose path begins so, as a,b"
    )
    parser.add_argument("--count", type=int, default=50, help="of a module; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=TESTS, help="what they meet")
    asked = parser.parse_args()
    mutants = _chosen(asked.only, asked.count, asked.seed)
    running = Running(mutants, _said_by(os.dup(1)))
    return int(pytest.main([*asked.tests, *_options()], plugins=[running]))


def _options() -> list[str]:
    """Return what makes of pytest a loop over tests that says nothing itself."""
    ignored = [f"--ignore=tests/engine/{name}" for name in LEFT_OUT]
    plain = ["--override-ini=addopts=", "--import-mode=importlib"]
    silent = ["--capture=no", "-p", "no:terminal", "-p", "no:cacheprovider"]
    return [*ignored, *plain, *silent, "--timeout=0", "-p", "no:xdist"]


def _chosen(only: str, count: int, seed: int) -> list[Mutant]:
    """Draw ``count`` mutants of each module, all of them where it has no more."""
    mutants: list[Mutant] = []
    for package in PACKAGES:
        for path in sorted((ENGINE / package).glob("*.py")):
            name = f"{package}/{path.stem}"
            if not name.startswith(tuple(only.split(","))) or path.stem == "__init__":
                continue
            found = Source.of(f"carbonex.engine.{package}.{path.stem}").mutants()
            if 0 < count < len(found):
                places = Random(f"{seed} {name}").sample(range(len(found)), count)
                found = [found[place] for place in sorted(places)]
            mutants += found
    return mutants


def _said_by(descriptor: int) -> Callable[[str], None]:
    """Return what says a line there; what tests say is for nobody."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)

    def say(text: str) -> None:
        os.write(descriptor, f"{text}\n".encode())

    return say


if __name__ == "__main__":
    sys.exit(main())
