"""The two views of the demo: a live screen, or occasional text lines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from rich.live import Live

from .picture import milliseconds
from .screen import Screen


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from carbonex.sdk import Level

    from .picture import Picture


class View(Protocol):
    """Show pictures as they arrive."""

    @property
    def interval_s(self) -> float:
        """The seconds between two pictures."""

    def show(self, picture: Picture) -> None:
        """Show the current state."""

    def say(self, sentence: str) -> None:
        """Print a message that stays visible."""


class ScreenView:
    """The whole terminal, redrawn for each picture."""

    interval_s: Final[float] = 0.25

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, picture: Picture) -> None:
        self._live.update(Screen(picture), refresh=True)

    def say(self, sentence: str) -> None:
        """Print nothing: the picture's scene says it."""


class PlainView:
    """Text lines, for logs and pipes."""

    interval_s: Final[float] = 2.0

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, picture: Picture) -> None:
        self.say(plain_line(picture))

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def open_view(console: Console, *, plain: bool) -> Iterator[View]:
    """Yield the view for ``console``: plain if asked for or if not a terminal."""
    if plain or not console.is_terminal:
        yield PlainView(console)
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        yield ScreenView(live)


def plain_line(picture: Picture) -> str:
    """Return a picture as one line."""
    books = "  ".join(
        f"{ladder.instrument} {_best(ladder.bids)} / {_best(ladder.asks)}"
        for ladder in picture.ladders
    )
    latency = picture.latency
    return (
        f"{picture.elapsed_s:5.1f} s  {books}"
        f"  orders/s {picture.orders_per_s:,.0f}  trades/s {picture.trades_per_s:,.0f}"
        f"  p50 {milliseconds(latency.p50)}  p99 {milliseconds(latency.p99)}"
        f"  seq {picture.seq:,}  log {picture.position:,}"
    )


def _best(levels: Sequence[Level]) -> str:
    return f"{levels[0].quantity:,} @ {levels[0].price:.2f}" if levels else "-"
