"""What a book tells of itself: best, depth, one level."""

from __future__ import annotations

import pytest

from carbonex.engine import BUY, SELL, Book, Side
from scenario import STAGE, Scene


@pytest.fixture
def book() -> Book:
    """Two levels of bids, three of asks; the best bid has two orders."""
    scene = Scene()
    orders = """
        maker: buy 5 @ 69.00
        maker: buy 1 @ 70.00
        third: buy 2 @ 70.00
        maker: sell 3 @ 72.00
        maker: sell 4 @ 71.00
        maker: sell 5 @ 73.00
    """
    for line in f"{STAGE}{orders}".split("\n"):
        if line.strip():
            scene.play(line.strip())
    return scene.driver.exchange.instruments["CEA"].book


def test_the_best_level_is_the_highest_bid_and_the_lowest_ask(book: Book) -> None:
    bid, ask = book.best(BUY), book.best(SELL)
    assert bid is not None
    assert ask is not None
    assert (bid.price, bid.total, bid.count) == (7000, 3, 2)
    assert (ask.price, ask.total, ask.count) == (7100, 4, 1)


def test_depth_goes_from_the_best_as_far_as_asked(book: Book) -> None:
    assert book.depth(BUY, 0) == []
    assert book.depth(BUY, 9) == [(7000, 3, 2), (6900, 5, 1)]
    assert book.depth(SELL, 2) == [(7100, 4, 1), (7200, 3, 1)]


def test_a_level_is_found_by_its_price(book: Book) -> None:
    level = book.level(SELL, 7300)
    assert level is not None
    assert (level.total, level.count) == (5, 1)
    assert book.level(BUY, 7300) is None
    assert book.level(SELL, 7000) is None


@pytest.mark.parametrize("side", Side)
def test_an_empty_side_has_nothing(side: Side) -> None:
    book = Book()
    assert book.best(side) is None
    assert book.level(side, 7000) is None
    assert book.depth(side, 9) == []
