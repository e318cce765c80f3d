"""The scenario language fails when it should, and says where."""

from __future__ import annotations

import pytest
from _pytest.outcomes import Failed

from scenario import check


def test_what_happens_otherwise_is_shown_line_by_line() -> None:
    with pytest.raises(Failed) as failure:
        check("""
            maker: sell #1 5 @ 70.10   -> accepted #1
            taker: buy #2 3 @ 70.10    -> accepted #2, traded #1 #2 2 @ 70.10
            book                       -> - | 2@70.10
        """)
    assert str(failure.value).splitlines()[3:] == [
        " maker: sell #1 5 @ 70.10 -> accepted #1",
        "-taker: buy #2 3 @ 70.10 -> accepted #2, traded #1 #2 2 @ 70.10",
        "+taker: buy #2 3 @ 70.10 -> accepted #2, traded #1 #2 3 @ 70.10",
        " book -> - | 2@70.10",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "maker: sell #1 5 @ 70.10 -> accepted #2",
        "maker: sell #1 5 @ 70.10 -> accepted #1, traded #1 #2 5 @ 70.10",
        "maker: sell #1 5 @ 70.10 -> nothing",
        "maker: sell 0 @ 70.10 -> refused BAD_TICK",
        "book -> 1@70.00 | -",
        "balance maker -> cash 10000.01, CEA 100",
        "time 1000000 -> nothing",
    ],
)
def test_a_wrong_expectation_fails(line: str) -> None:
    with pytest.raises(Failed):
        check(line)


def test_a_line_of_preparation_must_not_be_refused() -> None:
    with pytest.raises(AssertionError, match="refused BAD_QTY"):
        check("maker: sell 0 @ 70.10")


def test_a_word_that_nobody_understands_fails() -> None:
    with pytest.raises(AssertionError, match="not understood: iok"):
        check("maker: sell #1 5 CEA @ 70.10 iok -> accepted #1")
