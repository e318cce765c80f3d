"""``carbonex official``: trade China's official market record and compare it."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
import uvloop

from carbonex.cli.comparing import JsonOption, comparing, conclude
from carbonex.gateway.market import load_market
from carbonex.journal import SegmentLog
from carbonex.sdk import CarbonexError

from .check import Check
from .ending import compare_balances, compare_dates
from .limits import try_limits
from .living import CEA, live, terms_of
from .record import load
from .report import Report, report, show


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Batch

    from .files import Record


MARKET: Final = "national"  # the preset whose terms and calendar are used
VENUE: Final = "official"  # the name of the log that is kept

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The folder that holds the record's files.",
        show_default=False,
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="DIR",
        help="Keep the log of these years in this new directory, for carbonex replay"
        " and verify.",
        show_default=False,
    ),
]


def official(
    folder: Folder, *, keep: KeepOption = None, as_json: JsonOption = False
) -> None:
    """Live the official record of China's carbon market, and compare every figure.

    DIR holds cea_daily_by_vintage.csv, cea_daily_official.csv and
    ccer_daily_official.csv, and files of later years that go on where they end, such
    as cea_daily_official_2026.csv. The record tells what every trading day came to,
    and trades are worked out that come to it. A venue trades them, day after
    day, and what its bulletin and premium channels say must be the record's to
    the fen. By which method the composite goes is read from its closes. What cannot
    be read, lived or explained is a difference, with its day, instrument, figure and
    why, and the next day goes on. Every limit that a day touched is then tried at a
    venue of its own, over WebSockets. The exit code is 0 only if nothing differs but
    what docs/validation.md explains.
    """
    with comparing(keep, "log", CarbonexError):
        result = _keep(load(folder), keep)
    conclude(result, show, as_json=as_json)


def _keep(record: Record, keep: Path | None) -> Report:
    """Run everything; write a log only if it is to be kept."""
    with contextlib.ExitStack() as stack:
        publish: Callable[[Batch], object] = _forget
        if keep is not None:
            keep.mkdir(parents=True)
            publish = stack.enter_context(SegmentLog(keep, VENUE)).publish
        return _run(record, publish)


def _run(record: Record, publish: Callable[[Batch], object]) -> Report:
    market = load_market(MARKET)
    check = Check()
    began = time.perf_counter()
    lived = live(record, market, check, publish)
    lived.life.exchange.check()
    seconds = time.perf_counter() - began
    compare_balances(lived, check)
    compare_dates(lived.methods, market, check)
    with (
        tempfile.TemporaryDirectory(prefix="carbonex-official-") as directory,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        terms = terms_of(market)[CEA]
        runner.run(try_limits(lived.touched, terms, Path(directory), check))
    return report(check, lived.life, lived.methods, seconds)


def _forget(batch: Batch) -> None:
    """Discard the batch: no log is kept."""
