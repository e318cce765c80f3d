"""The market's plan follows from its seed, and a small one plays to a verified end."""

from __future__ import annotations

import os
from array import array
from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from benchmarks.market_plan import (
    LEVELS,
    MID,
    SECOND_NS,
    Cast,
    Phase,
    key_of,
    orders,
    past,
    quotes,
    traded,
)
from carbonex.engine import Batch, Exchange, GatewayOpened


SMALL = Cast(companies=6, makers=2, followers=2, instruments=2)
PHASES = [Phase("before", 10, 20), Phase("burst", 10, 200), Phase("after", 10, 0)]


def test_the_same_seed_sends_the_same() -> None:
    assert [*orders(SMALL, PHASES, 7)] == [*orders(SMALL, PHASES, 7)]
    assert [*orders(SMALL, PHASES, 7)] != [*orders(SMALL, PHASES, 8)]


def test_companies_send_at_the_rate_of_the_phase() -> None:
    sent = Counter(each.at_ns // SECOND_NS // 10 for each in orders(SMALL, PHASES, 7))
    assert sent[0] == pytest.approx(200, rel=0.2)
    assert sent[1] == pytest.approx(2_000, rel=0.2)
    assert sent[2] == 0


def test_companies_trade_what_they_hold() -> None:
    for sending in orders(SMALL, PHASES, 7):
        request = msgspec.json.decode(sending.requests[0])
        if request["method"] == "add_order":
            assert request["params"]["instrument"] in traded(SMALL, sending.session)


def test_makers_quote_every_second_on_both_sides() -> None:
    sent = [*quotes(SMALL, PHASES, 1.0)]
    assert Counter(each.session for each in sent) == {0: 30, 1: 30}
    placed = msgspec.json.decode(sent[0].requests[1])["params"]["orders"]
    assert Counter(each["side"] for each in placed) == {"buy": LEVELS, "sell": LEVELS}
    best = max(each["price"] for each in placed if each["side"] == "buy")
    assert best == f"{(MID - 1) / 100:.2f}"


def test_flows_are_in_the_order_of_time() -> None:
    for flow in (orders(SMALL, PHASES, 7), quotes(SMALL, PHASES, 1.0)):
        sent = [*flow]
        assert len(sent) >= 60
        assert all(one.at_ns <= other.at_ns for one, other in pairwise(sent))


def test_the_past_registers_everybody_and_is_refused_nothing() -> None:
    exchange = Exchange()
    exchange.apply(Batch(0, 1, 1, 0, [GatewayOpened("")]))
    for n, row in enumerate(past(SMALL), 1):
        applied = exchange.apply(Batch(0, 1, 1, n, row))
        for events in applied.replies:
            assert type(events[0]).__name__ != "Rejected", events
    assert len(exchange.accounts) == SMALL.sessions
    assert len(exchange.instruments) == SMALL.instruments
    exchange.check()


def test_a_key_follows_from_its_name() -> None:
    assert key_of("maker-1").public_text == key_of("maker-1").public_text
    assert key_of("maker-1").public_text != key_of("maker-2").public_text


class TestFigures:
    """What is made of the columns."""

    @pytest.fixture(autouse=True)
    def _histogram(self) -> None:
        pytest.importorskip("hdrh", reason="percentiles need hdrhistogram")

    def test_percentiles_are_in_ms(self) -> None:
        from benchmarks.market_figures import percentiles  # noqa: PLC0415

        found = percentiles(n * 1_000_000 for n in range(1, 1001))
        assert [*found.values()] == pytest.approx([500, 900, 990, 999, 1000], rel=0.002)

    def test_all_alike_is_fair_and_one_for_all_is_not(self) -> None:
        from benchmarks.market_figures import jain  # noqa: PLC0415

        assert jain([3.0] * 10) == pytest.approx(1)
        assert jain([1.0] + [0.0] * 9) == pytest.approx(0.1)

    def test_a_session_that_waits_is_seen(self) -> None:
        from benchmarks.market_figures import fairness  # noqa: PLC0415
        from benchmarks.market_stage import Columns  # noqa: PLC0415

        who = array("q", [n % 10 for n in range(1000)])
        took = array("q", [100_000_000 if n == 3 else 1_000_000 for n in who])
        found = fairness(Columns(who, took, who, who))
        assert found.sessions == 10
        assert found.jain < 0.2
        assert found.chance > 0.5
        assert found.worst_at(50) == pytest.approx(1)
        assert found.worst_at(100) == pytest.approx(100)

    def test_refused_ones_are_told_from_those_done(self) -> None:
        from benchmarks.market_figures import rates  # noqa: PLC0415
        from benchmarks.market_stage import Columns  # noqa: PLC0415

        when = array("q", [0, 1, SECOND_NS, SECOND_NS + 1])
        columns = Columns(when, when, when, array("q", [1, 0, 1, 1]))
        assert rates(columns, 1.0) == {0: 2, 1: 2}
        assert rates(columns.taken(), 1.0) == {0: 1, 1: 2}
        assert list(columns.between(1, 2).when) == [SECOND_NS, SECOND_NS + 1]


@pytest.mark.skipif(not hasattr(os, "timerfd_create"), reason="clients need timerfd")
def test_a_small_market_plays_to_a_verified_end() -> None:
    pytest.importorskip("hdrh", reason="percentiles need hdrhistogram")
    from benchmarks.market import of_day  # noqa: PLC0415

    report = of_day(SMALL, 0.01)
    found = {figure.name: figure.values[0] for figure in report.figures}
    assert found["requests sent"] > 0
    assert all(" 0 not; 0 connections lost;" in note for note in report.notes[:3])
    assert "all good" in report.notes[-1]
    assert {chart.name for chart in report.charts} == {
        "market-rate",
        "market-times",
        "market-memory",
    }
    assert msgspec.json.decode(msgspec.json.encode(report), type=type(report)) == report
