"""The demo's tape and its rates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from carbonex.cli.demo.tape import RECENT, Rates, Sample, Tape
from carbonex.sdk import Trade


def trade(number: int, price: str, quantity: int, instrument: str = "CEA25") -> Trade:
    return Trade(
        instrument, str(number), Decimal(price), quantity, "buy", number, number
    )


def test_a_day_in_one_instrument() -> None:
    tape = Tape(["CEA25", "CCER24"])
    tape.add(trade(1, "74.63", 200))
    tape.add(trade(2, "74.70", 50))
    line = tape.lines["CEA25"]
    assert (line.opened, line.last) == (Decimal("74.63"), Decimal("74.70"))
    assert (line.trades, line.volume) == (2, 250)
    assert tape.lines["CCER24"].last is None
    tape.add(trade(1, "72.81", 10, "CCER24"))
    assert tape.trades == 3


def test_recent_prints_are_newest_first_and_bounded() -> None:
    tape = Tape(["CEA25"])
    for number in range(1, 101):
        tape.add(trade(number, "74.63", number))
    assert [each.quantity for each in tape.recent] == list(range(100, 100 - RECENT, -1))


def test_rates_are_of_the_last_seconds() -> None:
    rates = Rates(0.0)
    assert rates.update(Sample(0.0, 0, 0)) == (0.0, 0.0)
    assert rates.update(Sample(1.0, 400, 20)) == (400.0, 20.0)
    assert rates.update(Sample(2.0, 800, 40)) == (400.0, 20.0)
    assert rates.update(Sample(3.0, 800, 40)) == (200.0, 10.0)
    assert rates.update(Sample(4.0, 800, 40)) == (0.0, 0.0)


def test_rates_of_rare_samples_span_from_one_to_the_next() -> None:
    rates = Rates(0.0)
    assert rates.update(Sample(10.0, 1000, 0))[0] == pytest.approx(100)
    assert rates.update(Sample(20.0, 3000, 0))[0] == pytest.approx(200)
