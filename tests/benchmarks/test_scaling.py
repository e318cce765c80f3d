"""What scales is measured on books that keep their size and shape."""

from __future__ import annotations

import pytest

from benchmarks.flow import BATCH, batches
from benchmarks.scaling import AXES
from benchmarks.scaling_run import WORKLOADS, Market, called, timed
from carbonex.engine import COMPILED


@pytest.mark.parametrize(("accounts", "instruments"), [(10, 1), (40, 20)])
def test_books_keep_their_size_and_are_refused_little(
    accounts: int, instruments: int
) -> None:
    market = Market(accounts, instruments, 400)
    before = _resting(market)
    for commands in batches(market.flow(2_000), BATCH):
        market.apply(commands)
    assert before == pytest.approx(400, rel=0.05)
    assert _resting(market) == pytest.approx(before, rel=0.25)
    market.exchange.check()


def _resting(market: Market) -> int:
    return sum(len(account.orders) for account in market.exchange.accounts.values())


@pytest.mark.parametrize("what", WORKLOADS)
def test_every_workload_costs_something(what: str) -> None:
    assert WORKLOADS[what](10, 20, timed) > 0


@pytest.mark.skipif(COMPILED, reason="a compiled engine's calls are not seen")
@pytest.mark.parametrize("what", ["depth", "accounts", "instruments"])
def test_a_command_calls_no_more_functions_in_a_larger_market(what: str) -> None:
    few, many = (WORKLOADS[what](size, 2_000, called) for size in (100, 1_000))
    assert many < 1.1 * few


def test_followers_share_the_work_of_a_flush() -> None:
    one, many = (WORKLOADS["followers"](size, 5, called) for size in (1, 100))
    assert many < one


def test_every_axis_has_a_workload_and_a_base_to_compare_with() -> None:
    assert [axis.what for axis in AXES] == [*WORKLOADS]
    assert all(axis.allowed > 1 for axis in AXES)
