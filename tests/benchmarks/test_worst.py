"""The dearest requests are what they are called, and every attack reaches its server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from benchmarks import limits, worst, worst_books as books, worst_requests
from benchmarks.processes import printed
from benchmarks.worst_attacker import Attack
from benchmarks.worst_attacks import Site, attacked, attacks, begun
from benchmarks.worst_house import Cost, House
from benchmarks.worst_requests import (
    ACCEPTED,
    FILL_OR_KILL,
    LARGEST,
    LONGEST,
    PICK,
    PICKS,
    PLAIN,
    PLAIN_BATCH,
    WORKLOADS,
    wide,
)
from carbonex.gateway.session.methods import METHODS


if TYPE_CHECKING:
    from pathlib import Path

ORDERS = 400


@pytest.fixture(scope="module")
def costs() -> dict[str, Cost]:
    return {name: cost for each in WORKLOADS for name, cost in each(ORDERS)}


def test_many_accounts_and_one_at_its_cap_or_with_half_of_all() -> None:
    house = wide(ORDERS)
    house.exchange.check()
    counts = {n: len(a.orders) for n, a in house.exchange.accounts.items() if a.orders}
    assert sum(counts.values()) == ORDERS
    assert counts.pop(books.WHALE) == ORDERS // 2
    assert set(counts.values()) == {books.PER_ACCOUNT}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (PLAIN, "success"),
        (PLAIN_BATCH, "success"),
        (PICK, "success"),
        (PICKS, "success"),
        (FILL_OR_KILL, "success"),
        (LARGEST, "success"),
        (LONGEST, "BAD_TYPE"),
        ("a stale pick", "STALE_PICK"),
        ("a batch of 50 stale picks", "STALE_PICK"),
        ("a pick not at the best price", "NOT_BEST_PRICE"),
        ("a fill or kill of more than there is", "FOK_UNFILLABLE"),
        ("an amend of no order", "UNKNOWN_ORDER"),
        ("cancel_all of an account at its cap, no such side", "success"),
        ("open_orders of an account at its cap", "success"),
        ("subscription to executions and open orders", "success"),
        ("subscription to a book of 1,000 prices", "success"),
        ("subscription to all instruments", "success"),
        ("pick of the last order of a level with all", "success"),
    ],
)
def test_a_request_is_answered_as_its_name_says(
    costs: dict[str, Cost], name: str, answer: str
) -> None:
    assert costs[name].answer == answer


def test_every_refusal_is_held_against_the_like_that_is_accepted(
    costs: dict[str, Cost],
) -> None:
    """With few orders one fill or kill may take all there is."""
    refused = {n for n, cost in costs.items() if cost.answer not in {"", "success"}}
    assert refused == ACCEPTED.keys() - {"a fill or kill of all there is"}
    assert {costs[name].answer for name in ACCEPTED.values()} == {"success"}


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("cancel_all of an account at its cap", ORDERS // 2),
        ("a dead man's switch of an account at its cap", ORDERS // 2),
        ("the end of a session's grace, account at its cap", ORDERS // 2),
        ("one order through all others", ORDERS),
        ("an amendment through all others", ORDERS),
        ("one trade that triggers a stop order of each", ORDERS),
        ("whole market: all orders expire at once", ORDERS),
        ("whole market: the close, all orders end", ORDERS),
        ("whole market: begin_day, new terms end all orders", ORDERS),
        ("whole market: a call ends, as many buy as sell", ORDERS),
    ],
)
def test_what_follows_reaches_every_order_in_one_piece_or_in_many(
    costs: dict[str, Cost], name: str, events: int
) -> None:
    cost = costs[name]
    assert cost.events >= events
    assert 0 < cost.longest <= cost.total
    assert cost.engine <= cost.longest


def test_icebergs_have_as_many_parts_as_are_allowed(costs: dict[str, Cost]) -> None:
    (name,) = (name for name in costs if "icebergs" in name)
    count, parts = (int(word.replace(",", "")) for word in name.split()[:4:3])
    assert costs[name].events >= count * parts
    house = House(books.opening(books.PER_ACCOUNT))
    house.fill(books.icebergs(1, parts + 1))
    assert not house.exchange.accounts[books.trader(0)].orders


def test_a_workload_prints_what_it_yields() -> None:
    done = printed("benchmarks.worst_requests", "swept", "100")
    ((name, cost),) = msgspec.json.decode(done, type=list[tuple[str, Cost]])
    assert name == "one order through all others"
    assert cost.events > 100


def test_attackers_keep_their_limits(tmp_path: Path) -> None:
    senders = attacks(wide(ORDERS).exchange)
    (stale,) = senders["stale picks"]
    (batches,) = senders["batches of 50 stale picks"]
    (nothing,) = senders["cancel_all of nothing"]
    (trades,) = senders["trades of the past"]
    (longest,) = senders["the longest invalid messages"]
    assert longest.rate == pytest.approx(1000 / 97)
    assert (stale.rate, batches.rate, nothing.rate, trades.rate) == (1000, 20, 0, 50)
    every = [
        request for each in senders.values() for s in each for request in s.requests
    ]
    assert {method for method, _ in every} <= METHODS.keys()
    attack = Attack(1, str(tmp_path), stale.requests, stale.rate, stale.window)
    assert msgspec.json.decode(msgspec.json.encode(attack), type=Attack) == attack


def test_an_honest_client_beside_each_attacker(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.past(books.opening(ORDERS, keys=site.public), books.spread(ORDERS))
    plans = attacks(wide(ORDERS).exchange)
    with site.serving() as served:
        alone = site.honest(served.port, 0.2)
        seen = site.attacked(served.port, 0.2, plans["stale picks"])
        iced = site.attacked(served.port, 0.2, [*plans.values()][-1])
        longest = site.attacked(served.port, 0.2, plans["the longest invalid messages"])
    assert 0 < alone.p50 <= alone.p99 <= alone.worst
    assert seen.answers is not None
    assert seen.answers.keys() == {"STALE_PICK"}
    assert longest.answers is not None
    assert longest.answers.keys() == {"BAD_TYPE"}
    assert iced.answers is not None
    assert iced.answers["success"] > 0


def test_the_report_has_costs_attackers_and_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused, picked = worst_requests.refused, worst_requests.picked
    monkeypatch.setattr(worst, "WORKLOADS", (refused, picked))
    monkeypatch.setattr(limits, "measure", lambda *, quick: [])
    seen = next(iter(attacked(50, 0.1)))[1]
    monkeypatch.setattr(
        worst, "attacked", lambda *_: [("alone", seen), ("x", seen._replace())]
    )
    monkeypatch.setattr(worst, "events", lambda *_: [("the close", seen)])
    report = worst.measure(quick=True)
    text = report.text()
    assert "a batch of 50 stale picks ÷ a batch of 50 picks that trade" in text
    assert "a fill or kill of all there is ÷ a fill or kill that fills" in text
    assert "x: p99 ÷ alone" in text
    assert "whole market, the close: honest worst" in text
    assert "requests above 10 ms" in text


def test_begin_day_at_a_server() -> None:
    assert begun(50, 0.1).worst > 0
