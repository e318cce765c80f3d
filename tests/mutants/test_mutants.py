"""The mutants themselves: which changes are made, and that they are worn."""

from __future__ import annotations

import ast
import os

from carbonex.engine.orders import kinds

from .changes import changes
from .mutant import Source


TEXT = '''
"""A module."""

MOST: Final = 3
NAMES = ["a"]


def best(bids: list[int], least: int = 1) -> int:
    """Return the highest bid."""
    assert bids
    if least < 0 or not bids:
        return 0
    least += 1
    return max(least, bids[0])
'''


def test_each_change_is_a_small_one() -> None:
    found = [str(change) for change in changes(ast.parse(TEXT))]
    assert found == [
        "least < 0 or not bids  =>  least < 0 and (not bids)",
        "least < 0 or not bids  =>  not bids",
        "least < 0 or not bids  =>  least < 0",
        "least < 0 or not bids  =>  not bids or least < 0",
        "least < 0  =>  least <= 0",
        "least < 0  =>  least >= 0",
        "0  =>  1",
        "0  =>  -1",
        "not bids  =>  bids",
        "bids  =>  asks",
        "least < 0 or not bids  =>  not (least < 0 or not bids)",
        "0  =>  1",
        "0  =>  -1",
        "drop least += 1",
        "1  =>  2",
        "1  =>  0",
        "max  =>  min",
        "bids  =>  asks",
        "0  =>  1",
        "0  =>  -1",
        "3  =>  4",
        "3  =>  2",
    ]


def test_a_change_names_its_function_and_the_lines_that_notice_it() -> None:
    found = changes(ast.parse(TEXT))
    assert {(change.function, change.line) for change in found} == {
        ("best", 11),
        ("best", 12),
        ("best", 13),
        ("best", 14),
        ("", 4),
    }


def test_a_mutant_is_worn_by_its_process_alone() -> None:
    source = Source.of("carbonex.engine.orders.kinds")
    text = ast.unparse(source.tree)
    for wanted in ("order_type is not MARKET", "50  =>  51"):
        mutant = next(each for each in source.mutants() if wanted in str(each))
        process = os.fork()
        if process == 0:
            before = kinds.may_rest.__code__, kinds.MAX_PICKS
            mutant.wear()
            after = kinds.may_rest.__code__, kinds.MAX_PICKS
            os._exit(before != after)
        assert os.waitpid(process, 0)[1] != 0
        assert kinds.MAX_PICKS == 50
    assert ast.unparse(source.tree) == text
