"""Numbers of orders as clients see them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import COMPILED, Exchange
from carbonex.wire.order_ids import OFFSET, Ids, OrderIds, _key
from carbonex.wire.speck import Speck


if TYPE_CHECKING:
    from collections.abc import Callable


SECRET = bytes(range(32))
NUMBERS = st.integers(1, 2**48 - 1)
GIVEN = st.integers(1, 10**18 - 1)


def ids(secret: bytes = SECRET, plain: int = 0) -> OrderIds:
    exchange = Exchange()
    exchange.secret, exchange.plain_ids = secret, plain
    return OrderIds(exchange)


def test_the_cipher_is_the_published_one() -> None:
    speck = Speck(bytes.fromhex("1a1918121110 0a0908020100"))
    assert speck.encrypt(0x6D2073696874) == 0x735E10B6445D
    assert speck.decrypt(0x735E10B6445D) == 0x6D2073696874


@given(NUMBERS, st.binary(min_size=12, max_size=12))
def test_it_goes_both_ways(block: int, key: bytes) -> None:
    speck = Speck(key)
    assert 0 <= speck.encrypt(block) < 2**48
    assert speck.decrypt(speck.encrypt(block)) == block


@given(NUMBERS)
def test_a_client_means_the_order_that_it_was_told(order_id: int) -> None:
    mine = ids()
    shown = mine.shown(order_id)
    assert len(shown) == 15
    assert OFFSET <= int(shown) < 2 * OFFSET
    assert mine.meant(shown) == order_id
    assert ids().shown(order_id) == shown  # by whichever reader of the log


@given(GIVEN, st.sampled_from([0, 1, 1000]))
def test_a_number_that_no_order_has_is_shown_as_it_was_given(
    given: int, plain: int
) -> None:
    mine = ids(plain=plain)
    assert mine.shown(mine.meant(str(given))) == str(given)
    assert mine.listing_shown("CEA25", mine.listing_meant("CEA25", str(given))) == str(
        given
    )


class Peeked(Exchange):
    """An exchange that lets another thread in while its secret is taken."""

    __slots__ = ("peeks",)
    peeks: list[Callable[[], object]]

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("plain_") and self.peeks:
            self.peeks.pop()()
        return super().__getattribute__(name)


@pytest.mark.skipif(COMPILED, reason="compiled code asks no object of another class")
@pytest.mark.parametrize("kind", ["orders", "blocks", "bids"])
def test_another_thread_never_sees_a_secret_that_is_half_taken(kind: str) -> None:
    exchange = Peeked()
    exchange.peeks = []
    exchange.plain_ids = exchange.plain_blocks = exchange.plain_bids = 3
    exchange.secret = SECRET
    mine = OrderIds(exchange)
    these: Ids = mine if kind == "orders" else getattr(mine, kind)
    seen: list[str] = []
    exchange.peeks = [lambda: seen.extend(map(these.shown, (2, 7)))]
    told = list(map(these.shown, (2, 7)))
    assert told == ["2", these.shown(7)]
    assert seen == told
    assert these.meant(seen[1]) == 7


def test_the_engines_own_number_means_nothing() -> None:
    """Who could try them out would find the venue's count of orders."""
    mine = ids()
    assert mine.meant("17") < 0
    assert mine.listing_meant("CEA25", "17") < 0


def test_orders_from_before_the_secret_keep_their_numbers_and_no_others() -> None:
    mine = ids(plain=7)
    assert [mine.shown(n) for n in (1, 7)] == ["1", "7"]
    assert (mine.meant("7"), mine.meant("8")) == (7, -8)
    hidden = str(OFFSET + Speck(_key(SECRET, b"order ids", "")).encrypt(7))
    assert mine.meant(hidden) < 0  # a second number of order 7
    assert int(mine.shown(8)) > OFFSET
    assert int(mine.listing_shown("CEA25", 7)) > OFFSET  # nobody was told of these


def test_without_a_secret_all_is_as_it_was_and_one_may_come() -> None:
    exchange = Exchange()
    mine = OrderIds(exchange)
    assert not mine.hidden
    assert (mine.shown(17), mine.meant("17")) == ("17", 17)
    assert (mine.listing_shown("C", 17), mine.listing_meant("C", "17")) == ("17", 17)
    exchange.secret, exchange.plain_ids = SECRET, 17
    assert mine.hidden
    assert (mine.shown(17), mine.meant("17")) == ("17", 17)
    assert mine.meant(mine.shown(18)) == 18
    assert int(mine.shown(18)) > OFFSET


def test_numbers_that_follow_each_other_have_nothing_in_common() -> None:
    """Half of the bits differ, from number to number and from key to key."""
    mine, other = ids(), ids(bytes(32))
    shown = [int(mine.shown(n)) for n in range(1, 2001)]
    assert len(set(shown)) == len(shown)
    steps = [a ^ b for a, b in pairwise(shown)]
    elsewhere = [a ^ int(other.shown(n)) for n, a in enumerate(shown, 1)]
    listed = [a ^ int(mine.listing_shown("CEA25", n)) for n, a in enumerate(shown, 1)]
    for differences in (steps, elsewhere, listed):
        mean = sum(each.bit_count() for each in differences) / len(differences)
        assert mean == pytest.approx(24, abs=0.5)


def test_the_listings_of_two_instruments_are_other_numbers() -> None:
    mine = ids()
    of_one = {mine.listing_shown("CEA24", n) for n in range(1, 500)}
    of_other = {mine.listing_shown("CEA25", n) for n in range(1, 500)}
    assert not of_one & of_other
    assert mine.listing_meant("CEA25", mine.listing_shown("CEA24", 1)) != 1


def offers(plain: int = 0) -> list[Ids]:
    """Return those of blocks and of bids."""
    exchange = Exchange()
    exchange.secret = SECRET
    exchange.plain_blocks = exchange.plain_bids = plain
    mine = OrderIds(exchange)
    return [mine.blocks, mine.bids]


@given(NUMBERS)
def test_blocks_and_bids_are_told_by_numbers_of_their_own(number: int) -> None:
    told = [*(kind.shown(number) for kind in offers()), ids().shown(number)]
    assert all(len(text) == 15 for text in told)
    assert len(set(told)) == 3
    for kind, text in zip(offers(), told, strict=False):
        assert kind.meant(text) == number


@given(GIVEN, st.sampled_from([0, 1, 1000]))
def test_a_number_that_no_block_has_is_shown_as_it_was_given(
    given: int, plain: int
) -> None:
    for kind in offers(plain):
        assert kind.shown(kind.meant(str(given))) == str(given)


def test_blocks_and_bids_from_before_the_secret_keep_their_numbers() -> None:
    for kind in offers(plain=7):
        assert [kind.shown(n) for n in (1, 7)] == ["1", "7"]
        assert (kind.meant("7"), kind.meant("8")) == (7, -8)
        assert int(kind.shown(8)) > OFFSET
    for kind in offers():
        assert kind.meant("7") < 0  # who could try them out would find the count


def test_a_trade_is_told_to_come_of_what_its_own_side_knows() -> None:
    mine = ids()
    told = {
        ("listed", "maker"): mine.shown(5),
        ("listed", "taker"): mine.shown(5),
        ("block", "maker"): mine.blocks.shown(5),
        ("block", "taker"): mine.blocks.shown(5),
        ("auction", "maker"): "5",  # auctions are announced to everybody
        ("auction", "taker"): mine.bids.shown(5),
    }
    for (method, liquidity), source in told.items():
        assert mine.source_shown(method, liquidity, 5) == source
