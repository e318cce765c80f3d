"""``carbonex feed``: send a real market's orders to a venue and compare the outcome."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
import uvloop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from carbonex.wire.counts import counted

from .comparing import JsonOption, comparing, conclude
from .failures import fail
from .flows import bitstamp_files, lobster_files
from .flows.bitstamp import translate as translate_bitstamp
from .flows.bitstamp_check import BitstampCheck
from .flows.lobster import translate as translate_lobster
from .flows.lobster_check import LobsterCheck
from .flows.local import found, logged, running
from .flows.replay import replay
from .flows.report import Report, report, show
from .flows.sender import SendError, Sent, send


if TYPE_CHECKING:
    from .flows.check import Check
    from .flows.flow import Flow


app = typer.Typer(no_args_is_help=True)

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The folder that holds the recording's files.",
        show_default=False,
    ),
]
RowsOption = Annotated[
    int, typer.Option("--rows", metavar="N", min=0, help="Only the first N; 0 is all.")
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="DIR",
        help="Keep the venue in this new directory, for carbonex replay and verify.",
        show_default=False,
    ),
]


@app.callback()
def feed() -> None:
    """Send a recorded market through a venue and compare the outcome.

    A venue of its own is started, gets every order over WebSockets, and its
    log is replayed. The exit code is 0 only if everything came out as the
    real market recorded it, but for what docs/validation.md explains.
    """


@app.command()
def lobster(
    folder: Folder,
    *,
    rows: RowsOption = 0,
    keep: KeepOption = None,
    as_json: JsonOption = False,
) -> None:
    """An hour of Nasdaq's AAPL: every execution, and the book after each message.

    DIR holds LOBSTER's message_50, message_30 and orderbook_30 (csv.gz).
    """
    try:
        recorded = lobster_files.load(folder)[: rows or None]
        translation = translate_lobster(recorded)
    except lobster_files.FormatError as error:
        fail(str(error))
    title = f"LOBSTER, {counted(len(recorded), 'message')}"
    check = LobsterCheck(translation, recorded)
    _run(_Run(title, translation.flow, check), keep, as_json=as_json)


@app.command()
def bitstamp(
    folder: Folder, *, keep: KeepOption = None, as_json: JsonOption = False
) -> None:
    """Half an hour of Bitstamp's BTC/USD: every trade, from the orders alone.

    DIR holds bitstamp_orders.csv.gz and bitstamp_trades.csv.
    """
    try:
        events, trades = bitstamp_files.load(folder)
    except bitstamp_files.FormatError as error:
        fail(str(error))
    translation = translate_bitstamp(events)
    title = f"Bitstamp, {len(events):,} order events"
    check = BitstampCheck(translation, trades)
    _run(_Run(title, translation.flow, check), keep, as_json=as_json)


class _Run(NamedTuple):
    title: str
    flow: Flow
    check: Check


def _run(run: _Run, keep: Path | None, *, as_json: bool) -> None:
    """Send the orders, replay the log, compare, report, and end the command."""
    with comparing(keep, "venue", SendError):
        if keep is None:
            with tempfile.TemporaryDirectory(prefix="carbonex-feed-") as directory:
                result = _outcome(run, Path(directory))
        else:
            keep.mkdir(parents=True)
            result = _outcome(run, keep)
    conclude(result, show, as_json=as_json)


def _outcome(run: _Run, directory: Path) -> Report:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sent = runner.run(_send(run.flow, directory))
    replay(logged(directory), run.check)
    return report(run.title, run.flow, sent, run.check)


async def _send(flow: Flow, directory: Path) -> Sent:
    """Start the venue, send it the flow with a progress bar, then stop the venue."""
    keys = found(directory, flow)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    hidden = not sys.stderr.isatty()
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("commands", total=len(flow.commands))
        async with running(directory) as url:
            return await send(
                flow, url, keys, lambda done: bar.update(task, completed=done)
            )
