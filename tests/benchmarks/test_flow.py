"""The flows are the same every time, and have the shares that they say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from benchmarks.engines.carbonex import Engine
from benchmarks.flow import (
    CANCEL,
    CANCEL_HEAVY,
    CROSS_HEAVY,
    MAKERS,
    MID,
    MIXED,
    PLACE,
    QUOTE,
    QUOTED,
    TAKE,
    Mix,
    Op,
    deep,
    mixed,
    quotes,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FLOWS: dict[str, Callable[[int], Iterable[Op]]] = {
    "mixed": lambda seed: mixed(2_000, seed),
    "cancel-heavy": lambda seed: mixed(2_000, seed, CANCEL_HEAVY),
    "cross-heavy": lambda seed: mixed(2_000, seed, CROSS_HEAVY),
    "deep": lambda seed: deep(1_000, 1_000, seed),
    "quotes": lambda seed: quotes(50, seed),
}


@pytest.mark.parametrize("name", FLOWS)
def test_the_same_seed_is_the_same_flow(name: str) -> None:
    assert list(FLOWS[name](1)) == list(FLOWS[name](1)) != list(FLOWS[name](2))


@pytest.mark.parametrize("name", FLOWS)
def test_the_exchange_accepts_every_order_and_numbers_it_alike(name: str) -> None:
    """What is refused are cancels alone, of orders that have traded."""
    ops = list(FLOWS[name](1))
    engine = Engine()
    engine.run(engine.prepare(ops))
    engine.exchange.check()
    placed = [op.order for op in ops if op.kind != CANCEL]
    assert placed == list(range(1, engine.exchange.last_order_id + 1))


@pytest.mark.parametrize("mix", [MIXED, CANCEL_HEAVY, CROSS_HEAVY])
def test_a_mix_has_its_shares(mix: Mix) -> None:
    ops = list(mixed(20_000, mix=mix))
    kinds = Counter(op.kind for op in ops)
    assert kinds[CANCEL] / len(ops) == pytest.approx(mix.cancels, abs=0.02)
    crosses = sum(op.kind == PLACE and _crosses(op) for op in ops)
    assert crosses / len(ops) == pytest.approx(mix.crosses, abs=0.02)


def test_a_deep_book_comes_first_and_trades_nothing() -> None:
    engine = Engine()
    ops = list(deep(1_000, 1_000))
    assert engine.outcome(engine.prepare(ops[:1_000])) == []
    assert engine.outcome(engine.prepare(ops[1_000:])) != []


def test_a_quote_is_cancelled_and_made_again_in_one_batch() -> None:
    ops = list(quotes(30))[MAKERS * QUOTED :]
    for turn in range(30):
        quote = ops[turn * QUOTE : (turn + 1) * QUOTE]
        kinds = [op.kind for op in quote]
        assert kinds == [CANCEL] * QUOTED + [PLACE] * QUOTED + [TAKE]
        assert {op.account for op in quote[:-1]} == {turn % MAKERS}
        assert sum(op.buys for op in quote[QUOTED:-1]) == QUOTED // 2


def _crosses(op: Op) -> bool:
    return op.price > MID if op.buys else op.price <= MID
