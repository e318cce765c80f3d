"""``carbonex demo``: run the exchange for a minute and prove what it did."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import uvloop
from rich.console import Console

from carbonex.cli.failures import FAILED, INTERRUPTED, fail
from carbonex.cli.init import InitError
from carbonex.journal import LogError
from carbonex.sdk import CarbonexError

from .play import Outcome, play
from .server import ServerError
from .summary import print_summary
from .views import open_view


if TYPE_CHECKING:
    from collections.abc import Iterator


SecondsOption = Annotated[
    float, typer.Option(min=3, max=3600, help="How long the market is open.")
]
DirOption = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        file_okay=False,
        help="Keep the venue in this new directory, to look at it with carbonex"
        " replay and verify. It is temporary if left out.",
        show_default=False,
    ),
]
PlainOption = Annotated[
    bool,
    typer.Option("--plain", help="Print lines, as is done where there is no terminal."),
]


def demo(
    *,
    seconds: SecondsOption = 60,
    directory: DirOption = None,
    plain: PlainOption = False,
) -> None:
    """Watch the exchange at work: market makers, buyers, and a kill -9.

    A venue in a process of its own, and companies that trade CEA25 and CCER24
    over WebSockets: market makers around a moving price, power and steel
    companies that must buy before the deadline, others with tonnes to sell. The
    venue is killed while it trades and comes back from its log. At the end
    everything that anybody was told is held against that log, and exit code 0
    means that all of it was true. Ctrl-C ends the trading early, a second one
    ends everything.
    """
    console = Console()
    with _directory(directory) as kept:
        try:
            outcome = _run(kept, seconds, console, plain=plain)
        except (InitError, ServerError, LogError, CarbonexError) as error:
            fail(f"the demo failed: {error}")
        except asyncio.CancelledError:
            fail("stopped; nothing is left behind", INTERRUPTED)
    print_summary(console, outcome)
    if directory is not None:
        console.print(
            f"\nLook again: carbonex replay {directory}, carbonex verify {directory}",
            soft_wrap=True,
        )
    if not outcome.holds:
        raise typer.Exit(FAILED)


def _run(directory: Path, seconds: float, console: Console, *, plain: bool) -> Outcome:
    async def main() -> Outcome:
        with open_view(console, plain=plain) as view, _signals() as interrupted:
            return await play(directory, seconds, view, interrupted)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


@contextmanager
def _directory(chosen: Path | None) -> Iterator[Path]:
    """Yield the venue's directory; remove a temporary one afterwards."""
    if chosen is not None:
        yield chosen
        return
    with tempfile.TemporaryDirectory(prefix="carbonex-demo-") as temporary:
        # A level below: the operator's key goes beside the directory.
        yield Path(temporary) / "venue"


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """Yield an event that the first Ctrl-C sets; a second Ctrl-C cancels the task.

    SIGTERM and SIGHUP (a closed terminal) cancel at once.
    """
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None

    def interrupt() -> None:
        if interrupted.is_set():
            task.cancel()
        interrupted.set()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        yield interrupted
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
