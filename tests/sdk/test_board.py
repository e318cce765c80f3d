"""The local board of listings, and picking from it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.sdk import (
    Board,
    Listing,
    NewOrder,
    PickRefused,
    VenueError,
    connect,
)
from sdk.market import until
from sdk.script import Script, only


if TYPE_CHECKING:
    from sdk.market import Market

Row = tuple[str, str, int]


def following() -> tuple[Script, Board]:
    """Return a script and a board that has just been subscribed."""
    script = Script()
    script.greet()
    board = Board("CEA25", 50)
    script.client.subscribe(board)
    [subscribe] = only(script.hear(), "subscribe")
    assert subscribe["params"] == {
        "channel": "listings",
        "instrument": "CEA25",
        "interval_ms": 50,
    }
    script.accept(subscribe)
    return script, board


def frame(
    seq: int, bids: list[Row], asks: list[Row], prev: int | None = None
) -> dict[str, Any]:
    data: dict[str, Any] = {"instrument": "CEA25", "bids": bids, "asks": asks}
    data |= {"seq": seq, "interval_ms": 50}
    return data if prev is None else data | {"prev_seq": prev}


def numbers(listings: list[Listing]) -> list[str]:
    return [listing.number for listing in listings]


def test_a_snapshot_is_in_the_order_in_which_it_trades() -> None:
    script, board = following()
    bids = [("9", "74.60", 5), ("4", "74.60", 1), ("7", "74.59", 2)]
    script.frame("listings", "snapshot", frame(10, bids, [("8", "74.70", 7)]))
    assert board.bids[0] == Listing("9", Decimal("74.60"), 5)
    assert numbers(board.bids) == ["9", "4", "7"]
    assert numbers(board.best_bids) == ["9", "4"]
    assert numbers(board.best_asks) == ["8"]
    assert (board.seq, board.stale) == (10, False)
    assert repr(board) == "<Board CEA25 3 bids / 1 asks>"


def test_changes_are_applied_one_after_the_other() -> None:
    script, board = following()
    asks = [("9", "74.60", 5), ("4", "74.60", 1), ("7", "74.61", 2)]
    script.frame("listings", "snapshot", frame(10, [], asks))
    news = [("9", "74.60", 0), ("4", "74.60", 8), ("9", "74.60", 6), ("2", "74.59", 1)]
    script.frame("listings", "update", frame(12, [], news, prev=10))
    assert numbers(board.asks) == ["2", "4", "9", "7"]  # 9 lost its place
    assert [listing.quantity for listing in board.asks] == [1, 8, 6, 2]
    gone = [("2", "74.59", 0), ("99", "74.50", 0)]
    script.frame("listings", "update", frame(13, [], gone, prev=12))
    assert numbers(board.best_asks) == ["4", "9"]
    assert board.best_bids == []


def test_a_gap_makes_it_stale_until_the_next_snapshot() -> None:
    script, board = following()
    script.frame("listings", "snapshot", frame(10, [], [("9", "74.60", 5)]))
    script.frame("listings", "update", frame(14, [], [("4", "74.60", 5)], prev=11))
    assert board.stale
    assert numbers(board.asks) == ["9"]
    for request in script.hear():
        script.accept(request)
    script.frame("listings", "snapshot", frame(20, [], [("4", "74.60", 5)]))
    assert (board.stale, numbers(board.asks)) == (False, ["4"])


def test_an_order_picks_listings_or_their_numbers() -> None:
    listing = Listing("9", Decimal("74.60"), 5)
    order = NewOrder("buy", "CEA25", 5, "74.60", pick=[listing, "4"])
    assert order.params("a", "id", 0).pick == ("9", "4")


async def test_whoever_sees_the_board_picks_from_it(market: Market) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        first = await maker.sell("CEA25", 10, "75.00")
        second = await maker.sell("CEA25", 20, "75.00")
        board = await public.listings("CEA25", 50)
        assert await public.listings("CEA25", 50) is board
        assert [listing.quantity for listing in board.asks] == [10, 20]
        mine = await maker.own_listings("CEA25")
        assert mine == {board.asks[0].number: first, board.asks[1].number: second}
        assert await taker.own_listings("CEA25") == {}
        picked = board.asks[1]

        bought = await taker.buy("CEA25", 20, "75.00", pick=board.best_asks[1:])
        await bought.done()
        await second.done()
        assert (second.filled, first.filled) == (20, 0)
        await until(lambda: len(board.asks) == 1)
        with pytest.raises(PickRefused, match="is gone"):
            await taker.buy("CEA25", 1, "75.00", pick=[picked])


async def test_ids_of_orders_tell_nothing_of_others(market: Market) -> None:
    """Two orders of one trader, with one and with two of another's in between."""
    async with (
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        ids = []
        for between in (0, 1, 2):
            for _ in range(between):
                await maker.buy("CEA25", 1, "70.00")
            ids.append(int((await taker.buy("CEA25", 1, "70.00")).order_id))
        assert min(abs(ids[1] - ids[0]), abs(ids[2] - ids[1])) > 10**9


async def test_an_instrument_without_listings_says_so(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as operator:
        await operator.list_instrument("CEA24", pick=False)
    async with connect(market.url, market.keys["maker"]) as maker:
        with pytest.raises(PickRefused, match="CEA24") as refused:
            await maker.own_listings("CEA24")
        assert refused.value.name == "NO_LISTINGS"
        with pytest.raises(VenueError, match="CEA99"):
            await maker.own_listings("CEA99")
