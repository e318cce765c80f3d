"""The engines, with the interpreter and environment of each."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec


if TYPE_CHECKING:
    from collections.abc import Sequence


ROOT: Final = Path(__file__).parents[2]
PEERS: Final = ROOT / ".venv-peers"
LAST_LINES: Final = 10  # of pip's output: the last alone is often a mere notice
SOURCES: Final = ("engine", "gateway", "sdk")


class Features(NamedTuple):
    """The features of an engine that its timing includes."""

    accounts: str
    events: str
    fills: str
    log: str  # never timed: whether there is one around the engine


class Contender(NamedTuple):
    """An engine to run; a peer ``requires`` a package in its own environment.

    ``most`` is the longest flow that it can run in a reasonable time.
    """

    name: str
    module: str
    does: Features
    requires: str = ""
    most: int = 10**9
    pure: bool = False
    tells: str = "fills"  # or "books", the resting orders, if it reports no fills


COMPILED: Final = Contender(
    "compiled", "carbonex", Features("cash and tonnes", "all", "yes", "yes")
)
PURE: Final = Contender("pure", "carbonex", COMPILED.does, pure=True)
BARE: Final = Contender(
    "a plain Python book without events", "bare", Features("no", "no", "yes", "no")
)
MATCHING_ENGINE: Final = Contender(
    "matching-engine",
    "matching_engine",
    Features("owners", "all", "yes", "yes"),
    "matching-engine==0.1.1",
)
OTHERS: Final = (
    MATCHING_ENGINE,
    Contender(
        "pyorderbook",
        "pyorderbook",
        Features("no", "trades", "yes", "no"),
        "pyorderbook==0.4.9",
    ),
    Contender(
        "lightmatchingengine",
        "lightmatchingengine",
        Features("no", "trades", "yes", "no"),
        "lightmatchingengine==2019.1.4",
        most=300_000,  # a cancel scans all orders at its price
    ),
    Contender(
        "order-matching",
        "order_matching",
        Features("owners", "trades", "yes", "no"),
        "order-matching[polars]==0.12.0",
        most=5_000,  # it scans the whole book to find an order
    ),
    Contender(
        "limit-order-book",  # C++, called from Python through Cython
        "limit_order_book",
        Features("no", "no", "no", "no"),
        "limit-order-book==3.1.0",
        tells="books",
    ),
)


class Outcome(msgspec.Struct):
    """The output of ``benchmarks.engines.run``."""

    rates: list[float] = []
    resident: float = 0.0
    outcome: list[tuple[int, ...]] = []


class MissingError(Exception):
    """An engine cannot run here; the message says why and what to do."""


def present(wanted: Sequence[Contender]) -> tuple[list[Contender], list[str]]:
    """Return the engines that can run here, and why the others cannot."""
    found, absent = [], []
    for contender in wanted:
        try:
            _prepared(contender)
        except MissingError as error:
            absent.append(f"{contender.name} skipped: {error}")
        else:
            found.append(contender)
    return found, absent


def outcome(contender: Contender, flow: Path) -> list[tuple[int, ...]]:
    """Return the engine's outcome of a flow: its fills, or its book states.

    Raises:
        MissingError: If it cannot run here.
        subprocess.CalledProcessError: If it fails.

    """
    return run(contender, flow, passes=0).outcome


def run(contender: Contender, flow: Path, passes: int) -> Outcome:
    """Run the engine over a flow's file in a separate process.

    Raises:
        MissingError: If it cannot run here.
        subprocess.CalledProcessError: If it fails.

    """
    module = "benchmarks.engines.run"
    printed = call(contender, module, contender.module, str(flow), str(passes))
    return msgspec.json.decode(printed, type=Outcome)


def call(contender: Contender, module: str, *arguments: str) -> bytes:
    """Return the output of a module, run in the contender's environment.

    Raises:
        MissingError: If it cannot run here.
        subprocess.CalledProcessError: If it fails.

    """
    done = subprocess.run(
        [_prepared(contender), "-m", module, *arguments],
        cwd=ROOT,
        env=_environment(contender),
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout


class Measured(NamedTuple):
    """One value per process: commands per second, bytes per resting order."""

    rates: list[float]
    resident: list[float]


def alternate(
    contenders: Sequence[Contender], flow: Path, pairs: int, passes: int
) -> dict[Contender, Measured]:
    """Run the engines in alternation, ``pairs`` times; take each process's median."""
    measured = {contender: Measured([], []) for contender in contenders}
    for _ in range(pairs):
        for contender in contenders:
            outcome = run(contender, flow, passes)
            measured[contender].rates.append(statistics.median(outcome.rates))
            measured[contender].resident.append(outcome.resident)
    return measured


def _environment(contender: Contender) -> dict[str, str]:
    """Return the process's environment; a pure engine gets the source folders."""
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if contender.pure:
        variables["PYTHONPATH"] = os.pathsep.join(str(ROOT / s) for s in SOURCES)
    return variables


@cache
def _prepared(contender: Contender) -> Path:
    """Return the contender's interpreter, with its requirements installed."""
    if contender.requires:
        return installed(contender.name, contender.requires)
    if contender in (COMPILED, PURE):
        wanted = "not " if contender.pure else ""
        ask = f"import carbonex.engine as e; assert {wanted}e.COMPILED, e.__file__"
        done = subprocess.run(
            [sys.executable, "-c", ask],
            env=_environment(contender),
            cwd="/",
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise MissingError(
                f"{sys.prefix} has no such engine; install carbonex there, not editable:"
                f" {done.stderr.strip().splitlines()[-1]}"
            )
    return Path(sys.executable)


def installed(name: str, requirement: str) -> Path:
    """Return the interpreter of ``.venv-peers/NAME``, creating it if needed.

    Raises:
        MissingError: If it cannot be created here.

    """
    if sys.version_info < (3, 13):
        raise MissingError("it needs Python 3.13: set BENCH_PYTHON for make bench")
    home = PEERS / name
    interpreter, marker = home / "bin/python", home / ".installed"
    if marker.exists() and marker.read_text(encoding="utf-8") == requirement:
        return interpreter
    make = [sys.executable, "-m", "venv", "--clear", str(home)]
    fill = [str(interpreter), "-m", "pip", "install", "--quiet", requirement]
    try:
        for step in (make, fill):
            subprocess.run(step, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or "no reason given").strip().splitlines()
        reason = "\n  ".join(lines[-LAST_LINES:])
        raise MissingError(f"{requirement} cannot be installed:\n  {reason}") from error
    marker.write_text(requirement, encoding="utf-8")
    return interpreter
