"""The demo's lines, its choice of view, and its last page."""

from __future__ import annotations

import io
from decimal import Decimal

from rich.console import Console

from carbonex.cli.demo.audit import Finding
from carbonex.cli.demo.evidence import Evidence
from carbonex.cli.demo.picture import Ladder, Percentiles, Picture
from carbonex.cli.demo.play import Outcome
from carbonex.cli.demo.summary import print_summary
from carbonex.cli.demo.views import PlainView, ScreenView, open_view, plain_line
from carbonex.sdk import Level


PICTURE = Picture(
    scene="trading",
    elapsed_s=12.34,
    seconds=60,
    orders=1000,
    orders_per_s=412.3,
    trades=50,
    trades_per_s=35.2,
    latency=Percentiles(100, 420_000, 910_000, 2_300_000, 14_040_000),
    seq=48_211,
    position=9_321,
    chain="3fa9",
    clients=11,
    ladders=[
        Ladder(
            "CEA25",
            "allowance",
            [Level(Decimal("74.62"), 1500, 2)],
            [],
            Decimal("74.63"),
            Decimal("74.51"),
            123,
            45_600,
            fresh=True,
        )
    ],
    prints=[],
    mandates=[],
)


def console(*, terminal: bool) -> Console:
    return Console(
        file=io.StringIO(), width=100, height=30, force_terminal=terminal, record=True
    )


def test_a_plain_line() -> None:
    assert plain_line(PICTURE) == (
        " 12.3 s  CEA25 1,500 @ 74.62 / -  orders/s 412  trades/s 35"
        "  p50 0.42 ms  p99 2.30 ms  seq 48,211  log 9,321"
    )


def test_a_terminal_gets_the_screen_and_a_pipe_gets_lines() -> None:
    with open_view(console(terminal=True), plain=False) as view:
        assert isinstance(view, ScreenView)
    with open_view(console(terminal=True), plain=True) as view:
        assert isinstance(view, PlainView)
    pipe = console(terminal=False)
    with open_view(pipe, plain=False) as view:
        assert isinstance(view, PlainView)
        view.show(PICTURE)
        view.say("the venue was killed [1] time")
    assert pipe.export_text() == (
        f"{plain_line(PICTURE)}\nthe venue was killed [1] time\n"
    )


def test_the_screen_leaves_the_terminal_as_it_was() -> None:
    terminal = console(terminal=True)
    with open_view(terminal, plain=False) as view:
        view.show(PICTURE)
    assert isinstance(terminal.file, io.StringIO)
    written = terminal.file.getvalue()
    assert written.index("\x1b[?1049h") < written.index("CEA25")
    assert written.rindex("\x1b[?1049l") > written.rindex("CEA25")


def page(*findings: Finding) -> str:
    evidence = Evidence()
    evidence.commands = 1234
    evidence.unanswered = 1
    evidence.found.update({"had happened": 2, "never arrived": 1})
    evidence.latencies = [420_000] * 99 + [14_040_000]
    paper = console(terminal=False)
    print_summary(paper, Outcome(PICTURE, evidence, 0.5, list(findings)))
    return paper.export_text()


def test_the_last_page_says_what_was_kept() -> None:
    text = page(Finding(holds=True, claim="cash is conserved", detail="5 CNY"))
    for words in (
        "CEA25 45,600 t in 123 trades, last 74.63 CNY",
        "1,234 placed, amended or cancelled in 12 s, 0 of them refused",
        "p50 0.42 ms, p90 0.42 ms, p99 0.42 ms, max 14.0 ms",
        "trading went on 0.50 s later, 1 request had no answer",
        "2 had happened, 1 never arrived",
        "✓ cash is conserved",
        "Everything was kept",
    ):
        assert words in " ".join(text.split())


def test_the_last_page_says_what_was_not() -> None:
    text = page(
        Finding(holds=True, claim="cash is conserved", detail="5 CNY"),
        Finding(holds=False, claim="tonnes are conserved", detail="4 of 5"),
    )
    assert "✗ tonnes are conserved" in text
    assert "Not everything was kept" in text
    assert "Everything was kept" not in text
