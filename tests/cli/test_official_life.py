"""``carbonex official``: days lived by an exchange, tried at a gateway, compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.cli.official.check import Check, Difference
from carbonex.cli.official.ending import compare_balances, compare_dates
from carbonex.cli.official.files import CCER_FILE, COMPOSITE_FILE, VINTAGES_FILE
from carbonex.cli.official.known import KNOWN, expected, unexplained
from carbonex.cli.official.life import BUYER
from carbonex.cli.official.limits import Touch, try_limits
from carbonex.cli.official.living import live, terms_of
from carbonex.cli.official.methods import methods
from carbonex.cli.official.plan import days, plan_day
from carbonex.cli.official.record import load
from carbonex.engine import SELL, BandSet, Batch, Exchange
from carbonex.gateway.market import load_market
from carbonex.journal import verify
from cli.official_checks import (
    check_auction,
    check_blocks,
    check_listed,
    references,
)
from cli.official_rows import write_four_days, write_reopening
from cli.recordings import market_data


if TYPE_CHECKING:
    from typer.testing import Result


def official(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["official", *arguments], catch_exceptions=False)


def told(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def equal(outcome: dict[str, Any], group: str) -> dict[str, tuple[int, int]]:
    """Return a group's figures: how many are equal, and of how many."""
    return {
        row["figure"]: (row["equal"], row["compared"])
        for row in outcome["figures"]
        if row["group"] == group
    }


def test_the_first_four_days_come_out_as_recorded(tmp_path: Path) -> None:
    folder = write_four_days(tmp_path / "record")
    result = official(folder, "--json", "--keep", str(tmp_path / "venue"))
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert outcome["days"] == 4
    assert outcome["trades"]["block trades"] == 1
    figures = equal(outcome, "vintages, days with listed trades")
    assert figures.pop("previous_close") == (3, 4)
    assert set(figures.values()) == {(4, 4)}
    assert equal(outcome, "limits touched, tried at the gateway") == {
        "at the limit": (1, 1),
        "one fen beyond": (1, 1),
    }
    assert equal(outcome, "orders left at the close")["cancelled"] == (7, 7)
    assert [row["name"] for row in outcome["explained"]] == ["CEA", "composite"]
    assert outcome["differences"] == 0
    # the log is whole, and there for carbonex replay and verify
    report = verify(tmp_path / "venue", deep=True)
    assert (report.ok, report.commands) == (True, outcome["commands"])
    result = official(folder, "--keep", str(tmp_path / "venue"))
    assert result.exit_code == 1
    assert "choose a new directory" in result.stderr


def test_a_figure_that_differs_is_spelled_out_and_fails(tmp_path: Path) -> None:
    folder = write_four_days(tmp_path / "record", ("48.00,51.23", "48.00,51.24"))
    result = official(folder)
    assert result.exit_code == 1
    assert "2021-07-16 CEA close: recorded 51.24, venue 51.23\n" in result.stdout
    assert "2021-07-16 composite close: recorded 51.24, venue 51.23\n" in result.stdout
    assert result.stdout.endswith("2 differences that nothing explains\n")


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        # A high beyond the limit: of the vintage, and what the composite would be.
        (
            "52.80,48.00",
            "52.81,48.00",
            ["2021-07-16 CEA high: 2021-07-16 CEA: high 52.81 is above the limit"],
        ),
        # A turnover that no prices of the day come to.
        (
            "6841289.00,0,0.00",
            "6941289.00,0,0.00",
            ["2021-07-19 CEA listed: 2021-07-19 CEA: 130800 t from 52.08 to 53.00"],
        ),
        (
            "5292000.00",
            "5292000.01",
            ["2021-07-21 CEA block: 2021-07-21 CEA: no two blocks from 37.30 to"],
        ),
        (
            "CEA,2019-2020,52.30,52.92",
            "CEA,2019-2020,52.30,52.9O",
            ["2021-07-20 CEA open: cea_daily_by_vintage.csv:4: open: '52.9O' is not"],
        ),
        (
            "2021-07-20,CEA,",
            "2021-07-32,CEA,",
            ["CEA date: cea_daily_by_vintage.csv:4: date: '2021-07-32' is not a date"],
        ),
        (
            ",CEA,2019-2020,52.30",
            ",CEA,2019-202,52.30",
            ["2021-07-20 CEA vintage: cea_daily_by_vintage.csv:4: vintage: '2019-202'"],
        ),
    ],
)
def test_what_cannot_be_lived_is_one_difference_and_the_next_day_goes_on(
    old: str, new: str, lines: list[str], tmp_path: Path
) -> None:
    """Of the vintages' file alone, so that the composite's is as it was."""
    folder = write_four_days(tmp_path / "record")
    file = Path(folder) / VINTAGES_FILE
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    outcome = told(result := official(folder, "--json"))
    assert result.exit_code == 1
    assert outcome["days"] == 4
    found = [
        f"{row['date']} {row['name']} {row['figure']}: {row['why']}".lstrip()
        for row in outcome["first_differences"]
    ]
    assert len(found) == outcome["differences"] == len(lines), found
    for line, begins in zip(found, lines, strict=True):
        assert line.startswith(begins)


def test_a_name_that_cannot_be_listed_is_one_difference(tmp_path: Path) -> None:
    result = official(write_four_days(tmp_path / "record", (",CEA,", ",CEA 1,")))
    assert result.exit_code == 1
    assert "2021-07-16 CEA 1 day: ListInstrument: BAD_NAME" in result.stdout
    assert result.stdout.endswith("1 difference that nothing explains\n")


async def test_a_limit_that_the_venue_does_not_have_is_a_difference(
    tmp_path: Path,
) -> None:
    terms = terms_of(load_market("national"))["CEA"]
    touch = Touch(20220214, "CEA", SELL, 5615, 5053)  # in truth 50.54
    check = Check()
    await try_limits([touch], terms, tmp_path, check)
    at_the_limit, beyond = dict.fromkeys(check.differences)
    assert at_the_limit.recorded == "1 t at 50.53"
    assert at_the_limit.venue.startswith("PRICE_OUT_OF_BAND, ")
    assert "is below the limit down of 50.54" in beyond.venue


def test_a_disagreement_must_be_known_and_a_known_one_must_occur() -> None:
    seen = {(20241226, "composite"), (20251013, "composite"), (20240122, "CEA")}
    known = expected(seen)[:2]
    found = [item.difference for item in known]
    assert [d.figure for d in found] == ["close", "open"]
    assert unexplained(found, known) == []
    other = Difference(20241226, "CEA", "close", "97.50", "97.51")
    assert unexplained([*found, other], known) == [other]
    moved = found[0]._replace(venue="97.82")
    assert unexplained([moved, found[1]], known) == [
        moved,
        found[0]._replace(venue="not 97.81, as explained"),
    ]


def test_what_is_bought_on_the_last_day_is_not_sellable_yet(tmp_path: Path) -> None:
    write_four_days(tmp_path / "record")
    record = load(tmp_path / "record")
    market, check = load_market("national"), Check()
    batches: list[Batch] = []
    lived = live(record, market, check, batches.append)
    compare_balances(lived, check)
    life, touched = lived.life, lived.touched
    holding = life.exchange.accounts[BUYER].holdings["CEA"]
    assert (holding.quantity, holding.resale_locked) == (4_608_753, 212_000)
    assert {touch.limit for touch in touched} == {5280}
    assert check.differences == []
    assert [item.difference.figure for item in check.explained] == [
        "previous_close",
        "previous_close",
    ]
    # the batches are the whole exchange
    again = Exchange()
    for batch in batches:
        assert again.apply(batch).accepted
    assert again.digest() == life.exchange.digest()


def test_days_that_the_calendar_does_not_have_are_differences() -> None:
    check = Check()
    market = load_market("national")
    compare_dates({20210716, 20210717, 20210720}, market, check)
    assert check.differences == [
        Difference(20210717, "calendar", "trading day", "yes", "no"),
        Difference(20210719, "calendar", "trading day", "no", "yes"),
    ]
    check = Check()
    compare_dates({20210716, 20210723, 20991201, 20991202}, market, check)
    assert [(d.date, d.why) for d in check.differences[:1]] == [
        (20210719, "no file has a row of 4 trading days, 2021-07-19 to 2021-07-22")
    ]
    assert [d.date for d in check.differences][-1] == 20991201


def test_the_reopening_and_its_premiums_come_out_of_the_channels(
    tmp_path: Path,
) -> None:
    folder = write_reopening(tmp_path / "record")
    result = official(folder, "--json")
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert outcome["differences"] == 0
    for group, count in (
        ("CCER, days of all products", 5),
        ("premium of CCER, from the published prices", 5),
        ("premium of CCER, as it is quoted", 2),
    ):
        assert set(equal(outcome, group).values()) == {(count, count)}
    premiums = [
        (each["date"], each["ccer_price"], each["cea_price"], each["percent"])
        for each in outcome["premiums"]
    ]
    assert premiums == [
        ("2025-03-10", "107.36", "88.87", "20.81"),
        ("2025-03-13", "72.81", "88.04", "-17.30"),
    ]
    assert {each["cea"] for each in outcome["premiums"]} == {"composite:CEA"}


def test_the_reopening_trades_in_several_products(tmp_path: Path) -> None:
    record = load(Path(write_reopening(tmp_path / "record")))
    lived = live(record, load_market("national"), Check(), keep=_forget)
    bought = lived.life.exchange.accounts[BUYER].holdings
    products = [name for name in bought if name.startswith("CCER")]
    assert len(products) >= 4
    total = sum(bought[name].quantity for name in products)
    assert total == sum(day.day.quantity for day in record.ccer)


def test_people_are_told_the_premiums_as_they_are_quoted(tmp_path: Path) -> None:
    result = official(write_reopening(tmp_path / "record"))
    assert "2025-03-10: 107.36 over 88.87  +20.8 %" in result.stdout
    assert "2025-03-13: 72.81 over 88.04   -17.3 %" in result.stdout
    assert result.stdout.endswith("no difference that is not explained\n")


def test_every_day_of_the_record_has_trades_that_come_to_it() -> None:
    record = load(market_data(VINTAGES_FILE).parent)
    solved = blocks = auctions = 0
    chosen = methods(list(days(record)))
    for day in days(record):
        bands = {
            row.instrument: _band(day.date, row.instrument, p0)
            for row, p0 in zip(day.vintages, references(day.vintages), strict=True)
        }
        method = chosen[day.date]
        plan = plan_day(day._replace(ccer=None), bands, method)
        assert plan.faults == {}
        check_listed(day.vintages, day.composite, plan.listed, method)
        for row, p0 in zip(day.vintages, references(day.vintages), strict=True):
            traded = [block for name, block in plan.blocks if name == row.instrument]
            check_blocks(row.block, p0, traded)
            for name, entered in plan.auctions:
                if name == row.instrument:
                    check_auction(row.auction, p0, entered)
                    auctions += 1
            solved += row.listed.quantity > 0
            blocks += row.block.quantity > 0
    assert (solved, blocks, auctions) == (1_948, 901, 6)


def test_the_record_to_2025_is_lived(tmp_path: Path) -> None:
    for name in (VINTAGES_FILE, COMPOSITE_FILE, CCER_FILE):
        (tmp_path / name).symlink_to(market_data(name))
    result = official(str(tmp_path), "--json")
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert (outcome["days"], outcome["commands"]) == (1_083, 32_806)
    assert outcome["differences"] == 0
    assert len(outcome["explained"]) == 13
    off_book = {k: v for k, v in outcome["trades"].items() if k != "listed trades"}
    assert off_book == {"block trades": 1_250, "auction trades": 8}
    traded = equal(outcome, "vintages, days with listed trades")
    assert traded.pop("previous_close") == (1_868, 1_869)
    assert set(traded.values()) == {(1_869, 1_869)}
    quiet = equal(outcome, "vintages, days without listed trades")
    assert quiet.pop("previous_close") == (805, 809)
    assert set(quiet.values()) == {(809, 809)}
    several = equal(outcome, "composite, days of several vintages")
    assert several["close"] == several["high"] == several["low"] == (568, 569)
    assert several["open"] == (567, 569)
    assert several["previous_close"] == (568, 569)
    alone = equal(outcome, "composite, days of the only vintage")
    assert alone.pop("previous_close") == (513, 514)
    assert set(alone.values()) == {(514, 514)}
    for amounts in ("listed", "block", "auction", "total", "year", "since_start"):
        assert several[amounts] == (569, 569)
    ccer = equal(outcome, "CCER, days of all products")
    assert ccer.pop("average") == (203, 204)  # one is not published
    assert set(ccer.values()) == {(204, 204)}
    for group, count in (
        ("vintages, days with block trades", 844),
        ("vintages, days with auction trades", 6),
        ("premium of CCER, from the published prices", 203),
        ("premium of CCER, as it is quoted", 2),
        ("calendar of the preset", 1_083),
        ("orders left at the close", 10_919),
        ("holdings at the end", 6),
        ("cash at the end", 1),
        ("limits touched, tried at the gateway", 60 + 29),
        ("limits touched, exactly half a fen before rounding", 7),
    ):
        assert set(equal(outcome, group).values()) == {(count, count)}


def test_it_goes_on_in_the_files_of_later_years() -> None:
    folder = market_data(VINTAGES_FILE).parent
    if not list(folder.glob("*_2026.csv")):
        pytest.skip("the files of 2026 are not there")
    result = official(str(folder), "--json")
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert (outcome["days"], outcome["commands"]) == (1_160, 36_061)
    assert outcome["differences"] == 0
    assert (len(outcome["explained"]), len(KNOWN)) == (14, 6)
    closes = [row for row in outcome["explained"] if row["figure"] == "close"]
    assert [(row["date"], row["name"]) for row in closes] == [
        ("2024-12-26", "composite")
    ]
    methods = [(each["date"], each["composite"]) for each in outcome["composites"]]
    assert methods == [("2021-07-16", "mean"), ("2026-01-05", "newest")]
    assert [(each["year"], each["differences"]) for each in outcome["years"]] == [
        (year, 0) for year in range(2021, 2027)
    ]
    traded = equal(outcome, "vintages, days with listed trades")
    assert traded.pop("previous_close") == (1_947, 1_948)
    assert set(traded.values()) == {(1_948, 1_948)}
    quiet = equal(outcome, "vintages, days without listed trades")
    assert quiet.pop("previous_close") == (1_187, 1_192)
    assert set(quiet.values()) == {(1_192, 1_192)}
    newest = equal(outcome, "composite, days by the newest vintage")
    assert set(newest.values()) == {(77, 77)}
    for group, count in (
        ("vintages, days with block trades", 901),
        ("premium of CCER, from the published prices", 276),
        ("calendar of the preset", 1_160),
        ("orders left at the close", 12_764),
        ("holdings at the end", 7),
        ("cash at the end", 1),
        ("limits touched, tried at the gateway", 92),
    ):
        assert set(equal(outcome, group).values()) == {(count, count)}, group


def _band(date: int, instrument: str, p0: int) -> BandSet:
    limits = ((p0 * (10 + b) + 5) // 10 for b in (-1, 1, -3, 3))
    return BandSet(instrument, date, p0, *limits)


def _forget(batch: Batch) -> None:
    """Keep no log."""
