"""A recorded market's commands as a flow that any engine can be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.engines.carbonex import Engine
from benchmarks.flow import AMEND, CANCEL, MARKET, PLACE, POST, TAKE, Op
from benchmarks.flow_recorded import AbsentError, lobster_ops, numbered
from carbonex.cli.flows.writer import FlowWriter
from carbonex.engine import BUY, SELL


if TYPE_CHECKING:
    from pathlib import Path


def test_orders_have_the_numbers_that_an_exchange_gives_them() -> None:
    flow = FlowWriter("AAPL")
    flow.limit("a", SELL, 100, 5)
    flow.post_only("refused", BUY, 100, 5)
    flow.cancel("refused")
    flow.limit("b", SELL, 101, 5)
    flow.amend("b", 4)
    flow.take("c", BUY, 100, 2)
    flow.market("d", BUY, 4)
    flow.cancel("b")

    ops = numbered(flow.flow())

    refused = 9  # beyond all numbers that could be given
    assert [(op.kind, op.order, op.buys, op.price, op.quantity) for op in ops] == [
        (PLACE, 1, False, 100, 5),
        (POST, refused, True, 100, 5),
        (CANCEL, refused, True, 100, 5),
        (PLACE, 2, False, 101, 5),
        (AMEND, 2, False, 101, 4),
        (TAKE, 3, True, 100, 2),
        (MARKET, 4, True, 0, 4),
        (CANCEL, 2, False, 101, 5),
    ]
    assert _fills(ops) == [(100, 2, 1, 3), (100, 3, 1, 4), (101, 1, 2, 4)]


def test_a_recording_that_is_absent_says_where_it_was_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CARBONEX_DATA", str(tmp_path))
    with pytest.raises(AbsentError, match=f"{tmp_path}/lobster.* CARBONEX_DATA"):
        lobster_ops()


def _fills(ops: list[Op]) -> list[tuple[int, ...]]:
    engine = Engine()
    return engine.outcome(engine.prepare(ops))
