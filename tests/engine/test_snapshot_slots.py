"""Snapshots forget nothing: every slot of every live object is looked at.

A slot that is added to a class is either in the snapshot, or in ``FOLLOWS``.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, strategies as st

import carbonex.engine
from carbonex.engine import Exchange, Freeze, semantics
from driver import Driver, admitted
from engine.backlogs import busy_venue
from engine.twins import (
    assert_twins,
    change,
    changes,
    follow,
    parts,
    place_of,
    slots_of,
)
from streams import Stream, streams


if TYPE_CHECKING:
    import pytest

    from engine.twins import Path

# What a restored state finds out from the rest, so that a snapshot has no need of it.
FOLLOWS = {
    "Account.number",
    "Account.restricted",
    "Account.stops",
    "Auction.auction_id",  # numbers are kept once, by the register
    "Bid.bid_id",
    "BookSide.sign",
    "Exchange.done",  # 0 between batches
    "Exchange.limited",
    "Exchange.supervised",
    "Instrument.blocks",
    "Instrument.burdened",
    "Instrument.day_only",
    "Instrument.max_quantity",
    "Instrument.number",
    "Instrument.phase",
    "Instrument.plain",
    "Level.count",
    "Level.key",
    "Level.price",
    "Level.total",
    "Order.unit",
    "Product.count",
    "Product.sum",
    "Proposal.block_id",
    "Stake.method",  # an offer's stake is what its command says
    "Stake.price",
    "Stake.quantity",
    "Stake.side",
    "Stops.buys_from",
    "Stops.sells_to",
}
# Names and numbers by which objects point to each other: a change breaks the links.
LINKS = {
    "Account.name",
    "Conduct.participant",
    "Instrument.name",
    "Key.key_id",
    "Order.order_id",
    "Pair.first",
    "Pair.second",
    "Participant.name",
    "Product.name",
    "Session.name",
    "Session.number",
}


def test_a_restored_venue_is_the_twin_of_the_first_in_every_slot() -> None:
    exchange = busy_venue().exchange
    restored = Exchange.restore(exchange.snapshot())
    restored.check()
    assert_twins(exchange, restored)
    assert restored.watchful
    assert restored.snapshot() == exchange.snapshot()


def test_every_class_that_holds_state_is_in_the_venue() -> None:
    living = {type(item) for _, item in parts(busy_venue().exchange)}
    missing = [kind.__name__ for kind in _classes() if kind not in living]
    assert missing == ["OwnOrders"]  # an index, which is sorted anew


def test_every_value_is_in_the_snapshot_or_follows_from_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(semantics, "NEWEST", 1 << 40)  # whatever it is changed to
    exchange = busy_venue().exchange
    lost: set[str] = set()
    for path, value in changes(exchange):
        place, before = place_of(path), follow(exchange, path)
        change(exchange, path, value)
        if place not in LINKS and _restored(exchange, path) != value:
            lost.add(place)
        change(exchange, path, before)
    assert lost == FOLLOWS


def test_numbers_beyond_64_bits_are_kept() -> None:
    """A large order's fees in millionths of a fen, and what years have traded."""
    exchange = busy_venue().exchange
    places = {place_of(path): path for path, _ in changes(exchange)}
    owed, paid = places["Extras.owed"], places["Extras.paid"]
    turnover = places["Tally.turnover"]
    change(exchange, owed, 2**79 - 1)
    change(exchange, paid, -(-(2**79 - 1) // 10**6))
    change(exchange, turnover, 2**90 + 1)
    restored = Exchange.restore(exchange.snapshot())
    assert follow(restored, owed) == 2**79 - 1
    assert follow(restored, turnover) == 2**90 + 1


def test_an_exchange_is_no_longer_watchful_for_what_is_gone() -> None:
    exchange = Exchange()
    exchange.stops_wait = exchange.watchful = True
    restored = Exchange.restore(exchange.snapshot())
    assert not restored.watchful
    assert_twins(exchange, restored)


def test_in_which_order_freezes_came_to_pend_makes_no_difference() -> None:
    driver = Driver()
    driver.apply(*admitted("a", 1, 0, ()), *admitted("b", 1, 0, ()))
    for name in ("b", "a"):
        driver.do(Freeze("", name, "", 0, "f-1", "order 7", 51))
    exchange = driver.exchange
    assert [balance.pending for balance in exchange.freezing] == [50, 50]
    restored = Exchange.restore(exchange.snapshot())
    restored.check()
    assert_twins(exchange, restored)


@given(stream=streams(), more=st.integers(1, 40))
def test_a_restored_exchange_goes_on_with_identical_events(
    stream: Stream, more: int
) -> None:
    exchange = stream.driver.exchange
    twin = Exchange.restore(exchange.snapshot())
    assert_twins(exchange, twin)
    known = len(stream.driver.batches), len(stream.applied)
    stream.run(more)
    told = [twin.apply(batch) for batch in stream.driver.batches[known[0] :]]
    assert told == stream.applied[known[1] :]
    assert twin.snapshot() == exchange.snapshot()


def _restored(exchange: Exchange, path: Path) -> object:
    return follow(Exchange.restore(exchange.snapshot()), path)


def _classes() -> list[type]:
    """Return the engine's classes with slots, apart from values."""
    package = carbonex.engine
    names = [
        info.name
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    found = {
        kind: None
        for name in names
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type)
        and kind.__module__ == name
        and slots_of(kind)
        and kind not in Exchange.__mro__  # which has slots only if it is compiled
        and not issubclass(kind, (tuple, msgspec.Struct))
    }
    return list(found)
