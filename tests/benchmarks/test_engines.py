"""Engines get the same bytes, and are held against a book that is too simple."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks import peers
from benchmarks.engine import QUICK, workloads
from benchmarks.engines import bare, carbonex, environments
from benchmarks.engines.environments import BARE, PURE, alternate, present
from benchmarks.engines.run import measure, outcome
from benchmarks.engines.workload import read, write
from benchmarks.flow import CROSS_HEAVY, MIXED, Mix, deep, mixed


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.engines import Side

ENGINES: list[Callable[[], Side]] = [bare.Engine, carbonex.Engine]


def test_a_flow_comes_back_in_batches_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "flow"
    ops = list(deep(100, 50))
    assert write(path, ops, before=100, batch=41) == 50
    batches = list(read(path))
    assert [op for _, batch in batches for op in batch] == ops
    assert [(timed, len(batch)) for timed, batch in batches] == [
        *((False, 64), (False, 36)),
        *((True, 41), (True, 9)),
    ]


@pytest.mark.parametrize("mix", [MIXED, CROSS_HEAVY])
def test_the_fills_are_those_of_the_plain_book(tmp_path: Path, mix: Mix) -> None:
    path = tmp_path / "flow"
    write(path, mixed(2_000, mix=mix))
    right = peers.reference(path)["fills"]
    assert right
    assert outcome(carbonex.Engine, path) == {"outcome": right}


def test_the_plain_book_knows_what_rests(tmp_path: Path) -> None:
    path = tmp_path / "flow"
    write(path, mixed(500))
    engine = carbonex.Engine()
    for _, ops in read(path):
        engine.run(engine.prepare(ops))
    book = engine.exchange.instruments[carbonex.INSTRUMENT].book
    bid, ask = book.bids.best, book.asks.best
    assert bid is not None
    assert ask is not None
    orders = sum(len(account.orders) for account in engine.exchange.accounts.values())
    *_, last = peers.reference(path)["books"]
    assert (last[0], last[3], last[4]) == (orders, bid.price, ask.price)


def test_what_differs_is_said() -> None:
    right: peers.Rows = [(100, 5, 1, 2), (100, 1, 3, 4)]
    assert peers.verdict(right, right, "fills") == "all 2 fills equal"
    words = "fills DIFFER from number 2 on: None instead of (100, 1, 3, 4)"
    assert peers.verdict(right, right[:1], "fills") == words


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_has_a_rate_for_each_pass(
    tmp_path: Path, engine: Callable[[], Side]
) -> None:
    path = tmp_path / "flow"
    write(path, deep(200, 300), before=200)
    found = measure(engine, path, passes=2)
    assert len(found["rates"]) == 2
    assert min(found["rates"]) > 0
    assert gc.isenabled()


def test_engines_take_turns_in_processes_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "flow"
    write(path, mixed(200))
    measured = alternate([PURE, BARE], path, pairs=2, passes=1)
    assert [len(each.rates) for each in measured.values()] == [2, 2]


def test_an_engine_that_cannot_be_run_is_left_out_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12))
    peer = BARE._replace(name="a peer", requires="a-peer==1")
    assert present([BARE, peer]) == (
        [BARE],
        ["a peer skipped: it needs Python 3.13: set BENCH_PYTHON for make bench"],
    )


def test_why_a_peer_cannot_be_installed_is_told_in_whole_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "ERROR: no matching distribution\n\n[notice] a new release of pip\n"

    def fail(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command, stderr=said)

    monkeypatch.setattr(sys, "version_info", (3, 13))
    monkeypatch.setattr(environments, "PEERS", tmp_path)
    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(environments.MissingError, match="no matching distribution"):
        environments.installed("a peer", "a-peer==1")


def test_every_workload_can_be_run_in_small(tmp_path: Path) -> None:
    small = QUICK._replace(commands=200, depth=100)
    for workload in workloads(small)[:5]:  # the others are recordings
        path = tmp_path / workload.name
        count = write(path, workload.ops(), workload.before, workload.batch)
        assert 100 < count <= 200
        assert measure(carbonex.Engine, path, passes=1)["rates"]
