"""The demo's live view in a terminal.

Colours follow the Chinese convention, the reverse of the Western one: red is up
and buying, green is down and selling.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from carbonex.gateway.market import SHANGHAI
from carbonex.wire.counts import counted

from .picture import Ladder, Mandate, Picture, Print, milliseconds


if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from rich.console import Console, ConsoleOptions, RenderResult

    from carbonex.sdk import Level


UP: Final = "red"
DOWN: Final = "green"
MAX_LEVELS: Final = 10
NARROW: Final = 104  # cells; a narrower terminal drops columns of the lower panels
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_LADDER_FRAME: Final = 3  # two borders and the line between asks and bids
_BELOW: Final = 9  # the row of prints, mandates and figures
_AROUND: Final = 2  # the header and the footer


class Screen:
    """A picture that adapts to the size of the terminal."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Draw the header, the ladders, the lower panels and the footer."""
        levels = _levels((options.height or console.size.height) - _AROUND - _BELOW)
        size = 2 * levels + _LADDER_FRAME
        layout = Layout()
        layout.split_column(
            Layout(_header(self.picture), size=1),
            Layout(_ladders(self.picture, levels, options.max_width), size=size),
            Layout(_below(self.picture, narrow=options.max_width < NARROW)),
            Layout(_footer(), size=1),
        )
        height = size + _AROUND + _BELOW
        yield from console.render(layout, options.update(height=height))


def bar(share: float, width: int) -> str:
    """Return a bar of ``share`` (0 to 1) of ``width`` cells, drawn in eighths."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def _header(picture: Picture) -> Table:
    grid = Table.grid(expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    time = f"{picture.elapsed_s:.0f} s of {picture.seconds:.0f}"
    grid.add_row(
        Text.assemble(("carbonex demo", "bold"), f"  {picture.scene}"),
        Text(f"{time} · {picture.clients} WebSocket clients"),
    )
    return grid


def _footer() -> Text:
    return Text.assemble(
        ("red is up and buying", UP),
        ", ",
        ("green is down and selling", DOWN),
        " (红涨绿跌) · Ctrl-C ends the trading and starts the audit",
        style="dim",
        no_wrap=True,
        overflow="ellipsis",
    )


def _levels(height: int) -> int:
    """Return the number of levels per side that fit into ``height`` rows."""
    return max(1, min(MAX_LEVELS, (height - _LADDER_FRAME) // 2))


def _ladders(picture: Picture, levels: int, width: int) -> Layout:
    row = Layout()
    share = width // max(1, len(picture.ladders))
    row.split_row(*(Layout(_ladder(each, levels, share)) for each in picture.ladders))
    return row


def _below(picture: Picture, *, narrow: bool) -> Layout:
    row = Layout()
    rows = _BELOW - 2
    row.split_row(
        Layout(
            _prints(picture.prints[:rows], narrow=narrow), size=24 if narrow else 31
        ),
        Layout(_mandates(picture.mandates[:rows], narrow=narrow)),
        Layout(_figures(picture), size=27),
    )
    return row


def _ladder(ladder: Ladder, levels: int, width: int) -> Panel:
    asks, bids = ladder.asks[:levels], ladder.bids[:levels]
    largest = max((quantity for _, quantity, _ in (*asks, *bids)), default=1)
    room = max(4, width - 27)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", width=7)
    grid.add_column(justify="right", width=8)
    grid.add_column(justify="right", width=3)
    grid.add_column(width=room, no_wrap=True)
    for level in _padded(list(reversed(asks)), levels, at_the_end=False):
        grid.add_row(*_level(level, DOWN, largest, room))
    grid.add_row(*_middle(ladder, room))
    for level in _padded(list(bids), levels, at_the_end=True):
        grid.add_row(*_level(level, UP, largest, room))
    subject = ladder.title if ladder.fresh else "(stale)"
    return Panel(grid, title=f"{ladder.instrument} {subject}")


def _padded(
    rows: list[Level], size: int, *, at_the_end: bool
) -> Sequence[Level | None]:
    """Pad a side with few levels, so that the middle row does not move."""
    empty: list[Level | None] = [None] * (size - len(rows))
    return [*rows, *empty] if at_the_end else [*empty, *rows]


def _level(
    level: Level | None, colour: str, largest: int, room: int
) -> tuple[Text, Text, Text, Text]:
    if level is None:
        return Text(), Text(), Text(), Text()
    price, quantity, orders = level
    return (
        Text(f"{price:.2f}", style=colour),
        Text(f"{quantity:,}"),
        Text(f"{orders}", style="dim"),
        Text(bar(quantity / largest, room), style=colour),
    )


def _middle(ladder: Ladder, room: int) -> tuple[Text, Text, Text, Text]:
    if ladder.last is None or ladder.opened is None:
        return Text("-"), Text(), Text(), Text("no trade yet", style="dim")
    change = ladder.last - ladder.opened
    volume = f"{ladder.volume:,} t"
    done = f"{volume} in {counted(ladder.trades, 'trade')}"
    return (
        Text(f"{ladder.last:.2f}", style=f"bold {_direction(change)}"),
        Text(f"{change:+.2f}", style=_direction(change)),
        Text("▲" if change > 0 else "▼" if change < 0 else "=", _direction(change)),
        Text(done if len(done) <= room else volume, style="dim"),
    )


def _direction(change: Decimal) -> str:
    return UP if change > 0 else DOWN if change < 0 else "default"


def _prints(prints: Sequence[Print], *, narrow: bool) -> Panel:
    grid = Table.grid(padding=(0, 1))
    for _ in range(2 if narrow else 3):
        grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True, min_width=5)
    for each in prints:
        colour = UP if each.side == "buy" else DOWN
        cells = (
            Text(_time(each.time_us), style="dim"),
            Text(each.instrument),
            Text(f"{each.price:.2f}", style=colour),
            Text(f"{each.quantity:,}", style=colour),
        )
        grid.add_row(*cells[1 if narrow else 0 :])
    return Panel(grid, title="prints")


def _time(time_us: int) -> str:
    moment = dt.datetime.fromtimestamp(time_us // 1_000_000, SHANGHAI)
    return f"{moment:%H:%M:%S}"


def _mandates(mandates: Sequence[Mandate], *, narrow: bool) -> Panel:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    grid.add_column(no_wrap=True)
    for _ in range(1 if narrow else 2):
        grid.add_column(justify="right", no_wrap=True)
    for each in mandates:
        colour = UP if each.verb == "buys" else DOWN
        share = min(1.0, each.done / each.wanted) if each.wanted else 1.0
        cells = [
            Text(each.account),
            Text(
                each.instrument if narrow else f"{each.verb} {each.instrument}", colour
            ),
            Text(f"{share:.0%}"),
        ]
        if not narrow:
            cells.insert(2, Text(f"{each.done:,} of {each.wanted:,} t"))
        grid.add_row(*cells)
    return Panel(grid, title="mandates")


def _figures(picture: Picture) -> Panel:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True, style="bold")
    latency = picture.latency
    rows = {
        "orders/s": f"{picture.orders_per_s:,.0f}",
        "trades/s": f"{picture.trades_per_s:,.0f}",
        "p50 p90": f"{_ms(latency.p50)} {_ms(latency.p90)} ms",
        "p99 max": f"{_ms(latency.p99)} {_ms(latency.worst)} ms",
        "seq": f"{picture.seq:,}",
        "log": f"{picture.position:,}",
        "hash": picture.chain[:12],
    }
    for name, value in rows.items():
        grid.add_row(Text(name, style="dim"), value)
    return Panel(grid, title="the venue")


def _ms(ns: int) -> str:
    return milliseconds(ns).removesuffix(" ms")
