"""How a starting venue follows its market file, and what it says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.engine import (
    VENUE_KEY,
    BeginDay,
    CompositeMethod,
    DelistInstrument,
    Exchange,
    ListInstrument,
)
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import Market, parse_market
from carbonex.gateway.server.starting.listing import follow_market
from carbonex.gateway.venue import Venue


if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from typing import Any

    Lines = list[MutableMapping[str, Any]]


FILE = """
[product.CEA]
band_permille = 100
[[instrument]]
name = "CEA24"
product = "CEA"
reference = "76.39"
[[instrument]]
name = "CEA25"
product = "CEA"
reference = "74.63"
"""


@pytest.fixture
def venue() -> Venue:
    return Venue(Exchange(), "test", 1, 1, 100, 10)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def do(venue: Venue) -> None:
    """Let the venue do all that waits, without a log."""
    while (batch := venue.take_batch(1)) is not None:
        venue.committed(batch, venue.position + 1, b"")


async def follow(market: Market, venue: Venue) -> None:
    async def drain() -> None:
        do(venue)

    await follow_market(market, venue, drain)


async def test_a_new_venue_lists_everything(venue: Venue, lines: Lines) -> None:
    await follow(parse_market(FILE, "f.toml"), venue)
    assert list(venue.exchange.instruments) == ["CEA24", "CEA25"]
    assert [(line["event"], line["instrument"]) for line in lines] == [
        ("instrument listed", "CEA24"),
        ("instrument listed", "CEA25"),
    ]


async def test_the_next_start_has_nothing_to_do(venue: Venue, lines: Lines) -> None:
    await follow(parse_market(FILE, "f.toml"), venue)
    seq = venue.exchange.seq
    lines.clear()
    await follow(parse_market(FILE, "f.toml"), venue)
    assert (venue.exchange.seq, lines) == (seq, [])


async def test_a_changed_file_changes_terms(venue: Venue, lines: Lines) -> None:
    await follow(parse_market(FILE, "f.toml"), venue)
    lines.clear()
    await follow(parse_market(FILE + "band_permille = 50\n", "f.toml"), venue)
    (line,) = lines
    assert line["event"] == "terms change with the next trading day"
    assert line["instrument"] == "CEA25"
    next_terms = venue.exchange.instruments["CEA25"].next_terms
    assert next_terms is not None
    assert next_terms.band_permille == 50


COMPOSITE = FILE.replace("band_permille = 100", 'composite = "newest"')


async def test_a_file_that_states_the_composite_sets_it(
    venue: Venue, lines: Lines
) -> None:
    await follow(parse_market(COMPOSITE, "f.toml"), venue)
    product = venue.exchange.products["CEA"]
    assert product.next_method is CompositeMethod.NEWEST
    assert lines[-1] == {
        "event": "composite changes with the next trading day",
        "product": "CEA",
        "method": "newest",
        "log_level": "info",
    }
    lines.clear()
    for text in (COMPOSITE, FILE.replace("band_permille = 100", "")):  # says nothing
        await follow(parse_market(text, "f.toml"), venue)
        assert (lines, product.next_method) == ([], CompositeMethod.NEWEST)
    await follow(parse_market(COMPOSITE.replace("newest", "mean"), "f.toml"), venue)
    assert product.next_method is None


async def test_a_product_of_no_instrument_has_no_composite(
    venue: Venue, lines: Lines
) -> None:
    text = FILE + '[product.EUA]\ncomposite = "newest"\n'
    await follow(parse_market(text, "f.toml"), venue)
    assert list(venue.exchange.products) == ["CEA"]


async def test_a_vintage_may_be_added_and_then_stays(
    venue: Venue, lines: Lines
) -> None:
    await follow(parse_market(FILE, "f.toml"), venue)
    await follow(parse_market(FILE + "vintage = 2025\n", "f.toml"), venue)
    announced = venue.exchange.instruments["CEA25"].next_terms
    assert announced is not None
    assert announced.vintage == 2025
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20250106, 1))
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20250106, 10**18))
    do(venue)
    with pytest.raises(ConfigError) as caught:
        await follow(parse_market(FILE + "vintage = 2024\n", "f.toml"), venue)
    assert str(caught.value) == (
        "f.toml: instrument.CEA25.vintage = 2024: it is listed with 2025, and that"
        " cannot change"
    )


async def test_others_are_left_alone_and_named(venue: Venue, lines: Lines) -> None:
    venue.submit(None, 0, ListInstrument(VENUE_KEY, "CEA23"))
    venue.submit(None, 0, ListInstrument(VENUE_KEY, "CEA24"))
    venue.submit(None, 0, DelistInstrument(VENUE_KEY, "CEA24"))
    do(venue)
    await follow(parse_market(FILE, "f.toml"), venue)
    assert [(line["event"], line.get("instruments")) for line in lines] == [
        ("not in the market file: left alone", ["CEA23"]),
        ("delisted before: left alone", ["CEA24"]),
        ("instrument listed", None),
    ]


async def test_without_a_file_nothing_happens(venue: Venue, lines: Lines) -> None:
    venue.submit(None, 0, ListInstrument(VENUE_KEY, "CEA23"))
    do(venue)
    seq = venue.exchange.seq
    await follow(Market(), venue)
    assert (venue.exchange.seq, lines) == (seq, [])


async def test_a_band_needs_a_price(venue: Venue) -> None:
    market = parse_market(FILE.replace('reference = "74.63"', ""), "f.toml")
    with pytest.raises(ConfigError) as caught:
        await follow(market, venue)
    assert str(caught.value) == (
        "f.toml: instrument.CEA25.reference is missing,"
        " and CEA has no close yet to be its P0"
    )
