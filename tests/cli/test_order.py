"""``carbonex order``: the operator finds the order that a client talks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import (
    BUY,
    DAY,
    LIMIT,
    SELL,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    Conditions,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    UpdateInstrument,
)
from carbonex.engine.book import ID_BITS
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.server.starting.opening import bootstrap, open_log, open_venue
from carbonex.journal import SnapshotStore
from market import config, market_commands


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.venue import Venue

run = CliRunner()
NOON = 1_772_424_000_000_000_000  # 2026-03-02 in Shanghai, in ns


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    """A venue whose log has two orders, the second an iceberg, a block and two bids.

    It is closed.
    """
    machine = Machine(wall_ns=lambda: NOON)
    bootstrap(tmp_path, config(), market_commands(), machine)
    with open_log(tmp_path, config()) as log:
        venue = open_venue(log, SnapshotStore(tmp_path), config()).venue
        (instrument,) = venue.exchange.instruments.values()
        name = instrument.name
        off_book = {"blocks": BlockTerms(1), "auctions": AuctionTerms(allowed=True)}
        terms = replace(instrument.terms, pick=True, **off_book)
        shows = Conditions(display_quantity=5)
        for command in (
            UpdateInstrument("", terms),
            BeginDay("", 20260302, NOON + 10**12),
            PlaceOrder("", "maker", name, BUY, 100, 1),
            PlaceOrder("", "maker", name, SELL, 200, 14, LIMIT, DAY, conditions=shows),
            ProposeBlock("", "maker", name, SELL, 200, 1, "taker", "b-1"),
            OpenAuction("", "maker", name, SELL, 5, NOON, NOON + 10**11, "o-1"),
            PlaceBid("", "taker", 1, 100, 1, "bid-1"),
            PlaceBid("", "taker", 1, 100, 1, "bid-2"),
        ):
            venue.submit(None, 0, command)
        while (batch := venue.take_batch(NOON)) is not None:
            row = log.publish(batch)
            venue.committed(batch, row.position, row.hash)
    return venue


def told(*arguments: object) -> list[str]:
    result = run.invoke(app, ["order", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_from_a_clients_number_to_the_logs_and_back(
    tmp_path: Path, venue: Venue
) -> None:
    second = venue.ids.shown(2)
    assert told(tmp_path, second, 1, 3, 123456789012345) == [
        f"{second}: order 2 of the log",
        f"1: clients see order 1 of the log as {venue.ids.shown(1)}",
        "3: no order of this venue has that number",
        "123456789012345: no order of this venue has that number",
    ]


def test_from_the_number_of_a_listing_to_its_order(
    tmp_path: Path, venue: Venue
) -> None:
    (name,) = venue.exchange.instruments
    order = venue.exchange.accounts["maker"].orders[2]
    now = venue.ids.listing_shown(name, order.listing)
    later = venue.ids.listing_shown(name, 2 + (2 << ID_BITS))
    assert told(tmp_path, "--listing", name, now, later, 5) == [
        f"{now}: order 2 of the log",
        f"{later}: order 2 of the log, an iceberg, as refilled 2 times",
        f"5: no listing of {name} has had that number",
    ]


def test_from_the_numbers_of_blocks_and_bids_to_the_logs_and_back(
    tmp_path: Path, venue: Venue
) -> None:
    ids = venue.ids
    for kind, of, last in (("block", ids.blocks, 1), ("bid", ids.bids, 2)):
        shown = of.shown(last)
        assert told(tmp_path, "--kind", kind, shown, last, last + 1, ids.shown(1)) == [
            f"{shown}: {kind} {last} of the log",
            f"{last}: clients see {kind} {last} of the log as {shown}",
            f"{last + 1}: no {kind} of this venue has that number",
            f"{ids.shown(1)}: no {kind} of this venue has that number",
        ]


def test_numbers_are_of_one_kind(tmp_path: Path, venue: Venue) -> None:
    (name,) = venue.exchange.instruments
    chosen = ["--listing", name, "--kind", "bid"]
    result = run.invoke(app, ["order", str(tmp_path), "5", *chosen])
    assert result.exit_code == 1
    assert "the numbers are of listings or of bids" in result.output


def test_an_instrument_that_is_not_there(tmp_path: Path, venue: Venue) -> None:
    assert venue.exchange.instruments
    result = run.invoke(app, ["order", str(tmp_path), "5", "--listing", "CEA99"])
    assert result.exit_code == 1
    assert "the venue has no instrument CEA99" in result.output
