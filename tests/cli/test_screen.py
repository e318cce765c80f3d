"""The demo's live view, as a terminal of a given size would show it."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from carbonex.cli.demo.picture import (
    Ladder,
    Mandate,
    Percentiles,
    Picture,
    Print,
    milliseconds,
    percentiles,
)
from carbonex.cli.demo.screen import Screen, bar
from carbonex.sdk import Level


RED = "\x1b[31m"
GREEN = "\x1b[32m"
NOON_US = 1_785_297_600_000_000  # 2026-07-29 12:00 in Shanghai


def ladder(instrument: str, last: str | None = "74.63") -> Ladder:
    return Ladder(
        instrument,
        "allowance of 2025",
        [Level(Decimal(7462 - i) / 100, 1000 + i, 2) for i in range(10)],
        [Level(Decimal(7464 + i) / 100, 500 + i, 3) for i in range(10)],
        last=None if last is None else Decimal(last),
        opened=None if last is None else Decimal("74.51"),
        trades=123,
        volume=45_600,
        fresh=True,
    )


def picture(*ladders: Ladder) -> Picture:
    return Picture(
        scene="trading",
        elapsed_s=23.4,
        seconds=60,
        orders=12_345,
        orders_per_s=412.3,
        trades=2_345,
        trades_per_s=35.2,
        latency=Percentiles(100, 420_000, 910_000, 2_300_000, 14_040_000),
        seq=48_211,
        position=9_321,
        chain="3fa9c1d2ee0b7a65",
        clients=11,
        ladders=ladders,
        prints=[
            Print(NOON_US, "CEA25", Decimal("74.63"), 1200, "buy"),
            Print(NOON_US, "CCER24", Decimal("72.80"), 70, "sell"),
        ],
        mandates=[
            Mandate("huadong-power", "buys", "CEA25", 12_300, 30_000),
            Mandate("rudong-wind", "sells", "CCER24", 3_300, 9_900),
        ],
    )


def shown(what: Picture, width: int, height: int, *, colour: bool = False) -> list[str]:
    console = Console(
        file=io.StringIO(),
        width=width,
        height=height,
        record=True,
        force_terminal=True,
        color_system="standard" if colour else None,
    )
    console.print(Screen(what))
    return console.export_text(styles=colour).splitlines()


BOTH = picture(ladder("CEA25"), ladder("CCER24"))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (110, 30), (160, 50)])
def test_it_fits_the_terminal(width: int, height: int) -> None:
    lines = shown(BOTH, width, height)
    assert len(lines) <= height
    assert {cell_len(line) for line in lines} == {width}


def test_a_tall_terminal_shows_ten_levels_and_a_small_one_five() -> None:
    def levels(height: int) -> int:
        lines = shown(BOTH, 120, height)[1:]
        ladder = lines[: next(i for i, line in enumerate(lines) if line[0] == "╰")]
        return (len(ladder) - 2) // 2  # less the border and the middle

    assert levels(24) == 5
    assert levels(60) == 10


def test_asks_stand_above_bids_and_the_best_meet_in_the_middle() -> None:
    lines = shown(picture(ladder("CEA25")), 80, 24)
    prices = [line.split()[1] for line in lines[2:13]]
    asks = ["74.68", "74.67", "74.66", "74.65", "74.64"]
    bids = ["74.62", "74.61", "74.60", "74.59", "74.58"]
    assert prices == [*asks, "74.63", *bids]


def test_a_bar_is_as_long_as_its_share_of_the_largest_level() -> None:
    assert bar(1, 4) == "████"
    assert bar(0.5, 4) == "██"
    assert bar(5 / 32, 4) == "▋"
    assert bar(0, 4) == ""
    assert bar(7, 4) == "████"


def test_the_figures_are_there() -> None:
    text = "\n".join(shown(BOTH, 120, 40))
    for words in (
        "trading",
        "23 s of 60",
        "11 WebSocket clients",
        "12:00:00 CEA25",
        "1,200",
        "12,300 of 30,000 t",
        "41%",
        "0.42 0.91 ms",
        "2.30 14.0 ms",
        "48,211",
        "9,321",
        "3fa9c1d2ee0b",
        "45,600 t in 123 trades",
        "+0.12",
    ):
        assert words in text


def test_red_is_up_and_green_is_down() -> None:
    lines = shown(BOTH, 120, 40, colour=True)
    text = "\n".join(lines)
    assert f"{GREEN}  74.64" in text  # asks
    assert f"{RED}  74.62" in text  # bids
    assert f"{RED}74.63\x1b[0m" in text  # bought
    assert f"{GREEN}72.80\x1b[0m" in text  # sold
    assert f"{RED}buys CEA25" in text
    assert f"{GREEN}sells CCER24" in text
    falling = picture(ladder("CEA25", last="74.40"))
    assert f"{GREEN}   -0.11" in "\n".join(shown(falling, 120, 40, colour=True))


def test_an_empty_market_is_drawn_too() -> None:
    empty = Ladder("CEA25", "", [], [], None, None, 0, 0, fresh=False)
    lines = shown(picture(empty, empty), 80, 24)
    text = "\n".join(lines)
    assert "no trade yet" in text
    assert "(stale)" in text
    assert len(lines) == len(shown(BOTH, 80, 24))


def test_percentiles_are_the_nearest_rank() -> None:
    assert percentiles([]) == Percentiles(0, 0, 0, 0, 0)
    assert percentiles([7]) == Percentiles(1, 7, 7, 7, 7)
    assert percentiles(list(range(1000, 0, -1))) == Percentiles(
        1000, 500, 900, 990, 1000
    )
    assert percentiles([1, 2, 3]) == Percentiles(3, 2, 3, 3, 3)


def test_latencies_are_milliseconds() -> None:
    assert [milliseconds(ns) for ns in (1_000, 420_000, 12_340_000)] == [
        "0.00 ms",
        "0.42 ms",
        "12.3 ms",
    ]
