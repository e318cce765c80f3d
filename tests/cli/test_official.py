"""The official record: reading it, and trades that come to a day's figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, strategies as st

from carbonex.cli.official.auctions import bids
from carbonex.cli.official.blocks import SMALLEST, blocks
from carbonex.cli.official.composite import listed_trades
from carbonex.cli.official.files import (
    CCER_FILE,
    COMPOSITE_FILE,
    VINTAGES_FILE,
    CeaDay,
    Record,
    Sums,
)
from carbonex.cli.official.listed import UnsolvableError, orders, prices, quantities
from carbonex.cli.official.methods import methods
from carbonex.cli.official.plan import Day
from carbonex.cli.official.premium import as_quoted, percent_of
from carbonex.cli.official.record import load
from carbonex.cli.official.reopening import PRODUCTS, Limits, ccer_trades
from cli.official_checks import (
    add_up,
    check_auction,
    check_blocks,
    check_listed,
    mean,
    references,
)
from cli.official_rows import (
    CCER_HEADER,
    COMPOSITE_TEXT,
    REOPENING,
    SEVERAL,
    VINTAGES_TEXT,
    composite,
    reopening,
    vintages,
    write_four_days,
)


if TYPE_CHECKING:
    from pathlib import Path


NOTHING: Final = Sums(0, 0)
P0: Final = 5000


def row(name: str, trades: list[tuple[int, int]]) -> CeaDay:
    """Return what a vintage's trades (price, quantity) come to."""
    seen = [price for price, _ in trades] or [P0]
    sums = Sums(*add_up(trades))
    high, low = (max(seen), min(seen)) if trades else (0, 0)
    day = CeaDay(2, 20230828, name, P0, seen[0], high, low, 0, *[NOTHING] * 6)  # type: ignore[arg-type]
    return day._replace(listed=sums)


def four_days(tmp_path: Path, old: str = "", new: str = "") -> Record:
    write_four_days(tmp_path / "record", (old, new))
    return load(tmp_path / "record")


def test_a_record_is_read_in_fen_and_tonnes(tmp_path: Path) -> None:
    record = four_days(tmp_path)
    first = record.composite[0]
    assert (first.date, first.line, first.instrument) == (20210716, 2, "")
    assert (first.previous_close, first.open, first.high) == (0, 4800, 5280)
    assert first.listed == Sums(4_103_953, 21_023_005_325)
    assert first.auction == NOTHING  # blank: not reported yet
    assert [row.instrument for row in record.vintages[20210716]] == ["CEA"]
    assert reopening()[1].average == 10_736


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("52.30,52.92", "52.3O,52.92", r":4: prev_close: '52.3O' is not an amount"),
        ("48.00,52.80", "48.00,52.805", r":2: high: '52.805' is not an amount"),
        (",162000,", ",-162000,", r":4: listed_volume_t: '-162000' is not a number"),
        ("2021-07-20", "2021-07-32", r":4: date: '2021-07-32' is not a date"),
        ("2021-07-20", "20210720", r":4: date: '20210720' is not a date"),
        ("2021-07-20", "2021-07-19", r":4: date: 2021-07-19 CEA comes twice"),
        ("open,high", "opened,high", r": there is no column open"),
        (
            ",225702619.25,4396753,225702619.25",
            "",
            r":4: ytd_total_turnover_cny: the line",
        ),
        ("4396753,225702619.25\n", "1,2.00,\n", r":4: the end: there are more values"),
        (",162000,", ",8000000001,", r":4: listed_volume_t: 8000000001 is above"),
        (
            "CEA,2019-2020,52.30",
            '"CEA,2019-2020,52.30',
            r":5: vintage: the line ends",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    problems = four_days(tmp_path, old, new).problems
    found = [problem for problem in problems if problem.file == VINTAGES_FILE]
    assert re.match(VINTAGES_FILE + message, found[0].why)


def test_rows_in_another_order_are_the_same_record(tmp_path: Path) -> None:
    record = four_days(tmp_path)
    file = tmp_path / "record" / VINTAGES_FILE
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *rows[2:]]))
    (file.parent / "cea_daily_by_vintage_more.csv").write_text(
        "\n".join([header, *rows[:2]])
    )
    other = load(file.parent)
    assert other.problems == ()
    assert list(map(_lineless, other.vintages.values())) == list(
        map(_lineless, record.vintages.values())
    )


def _lineless(rows: list[CeaDay]) -> list[CeaDay]:
    return [row._replace(line=0) for row in rows]


def test_days_that_another_file_has_are_missing_once(tmp_path: Path) -> None:
    four_days(tmp_path)
    folder = tmp_path / "record"
    (folder / COMPOSITE_FILE).write_text(COMPOSITE_TEXT)
    (folder / CCER_FILE).write_text(CCER_HEADER + REOPENING)
    assert [(p.date, p.name, p.why) for p in load(folder).problems] == [
        (
            20240423,
            VINTAGES_FILE,
            f"{VINTAGES_FILE} has none of it: 2024-04-23 to 2025-11-04, 3 days",
        ),
        (
            20250307,
            "CCER",
            f"{VINTAGES_FILE} has none of it: 2025-03-07 to 2025-03-13, 5 days",
        ),
        (
            20251104,
            CCER_FILE,
            f"{CCER_FILE} has none of it: 2025-11-04",
        ),
    ]
    (folder / CCER_FILE).write_text(CCER_HEADER)
    (folder / VINTAGES_FILE).write_text(VINTAGES_TEXT.replace("CEA21", "CEA20", 1))
    assert [(p.date, p.name) for p in load(folder).problems] == [(20241127, "CEA20")]


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    four_days(tmp_path)
    file = tmp_path / "record" / CCER_FILE
    file.write_bytes(b"\xef\xbb\xbf" + CCER_HEADER.encode())  # as spreadsheets write it
    assert load(file.parent).ccer == []
    file.write_bytes("日期\n".encode("gb18030"))
    assert only(file.parent).endswith(f"{CCER_FILE}: this is not UTF-8 text")
    file.write_text("")
    assert only(file.parent) == f"{CCER_FILE}: there is no header"
    file.unlink()
    assert f"{CCER_FILE}: there is no such file; the record is" in only(file.parent)
    file.mkdir()
    assert only(file.parent).endswith(f"{CCER_FILE}: Is a directory")


def only(folder: Path) -> str:
    """Return why the one problem of a record is one."""
    (problem,) = load(folder).problems
    return problem.why


def test_a_method_is_read_from_the_closes() -> None:
    """One day that neither or only the other explains changes nothing, four do."""
    rows = [
        [row("CEA24", [(7000 + n, 1)]), row("CEA25", [(8000 + 2 * n, 1)])]
        for n in range(12)
    ]
    new = [
        [
            each._replace(close=each.open, vintage=2024 + at)
            for at, each in enumerate(two)
        ]
        for two in rows
    ]

    def history(closes: str) -> list[Day]:
        made = []
        for n, (two, by) in enumerate(zip(new, closes, strict=True)):
            mean = (two[0].close + two[1].close + 1) // 2
            close = {"m": mean, "n": two[1].close, "?": 1, " ": 0}[by]
            date = 20260105 + n
            together = two[0]._replace(instrument="", close=close)
            made.append(Day(date, two, together, None))
        return made

    def read(closes: str) -> str:
        return "".join(
            method.name[0].lower() for method in methods(history(closes)).values()
        )

    assert read("mmmmmmmmmmmm") == "mmmmmmmmmmmm"
    assert read("mmmmmmnmmmmm") == "mmmmmmmmmmmm"
    assert read("mmmmnnnnnnnn") == "mmmmnnnnnnnn"
    assert read("mmmm nnnnnnn") == "mmmmnnnnnnnn"
    assert read("nnnnnn?nnnnn") == "nnnnnnnnnnnn"
    assert read("nnnnnnnmmmmm") == "nnnnnnnmmmmm"
    assert read("mmmmmmmmmnnn") == "mmmmmmmmmmmm"  # not known yet


@pytest.mark.parametrize("date", [20210716, *SEVERAL])
def test_the_records_days_can_have_been(date: int) -> None:
    rows = vintages(date)
    trades = listed_trades(rows, references(rows), composite(date))
    check_listed(rows, composite(date), trades)
    for at, p0 in zip(rows, references(rows), strict=True):
        down, up = (p0 * 7 + 5) // 10, (p0 * 13 + 5) // 10
        check_blocks(at.block, p0, blocks(at, down, up))


def test_a_day_without_listed_trades_needs_none() -> None:
    rows = [row("CEA", []), row("CEA21", [])]
    assert listed_trades(rows, [P0, P0], row("", [])) == []


def test_the_composites_low_comes_before_the_vintage_that_would_hide_it() -> None:
    """On 2024-11-27 CEA21 opened 3.43 above P0: the composite's low was before."""
    rows = vintages(20241127)
    trades = listed_trades(rows, references(rows), composite(20241127))
    last = dict(zip((row.instrument for row in rows), references(rows), strict=True))
    lows = []
    for at, trade in enumerate(trades):
        last[trade.instrument] = trade.price
        if mean(last.values()) == 10_208:
            lows.append(at)
    opens = [trade.instrument for trade in trades].index("CEA21")
    assert lows
    assert max(lows) < opens


BASE: Final = st.integers(min_value=4500, max_value=5500)
TRADE: Final = st.tuples(BASE, st.integers(min_value=1, max_value=300_000))


@given(st.lists(TRADE, min_size=1, max_size=12))
def test_any_day_of_one_vintage_is_solved(trades: list[tuple[int, int]]) -> None:
    day = row("CEA", trades)
    check_listed([day], day, listed_trades([day], [P0], day))


OF_THREE: Final = st.tuples(
    st.integers(min_value=0, max_value=2),
    st.integers(min_value=4900, max_value=5100),
    st.integers(min_value=100, max_value=5000),
)


@given(st.lists(OF_THREE, min_size=1, max_size=12))
def test_days_of_several_vintages_are_solved(
    trades: list[tuple[int, int, int]],
) -> None:
    last = [P0] * 3
    values = []
    for at, price, _ in trades:
        last[at] = price
        values.append(mean(last))
    rows = [
        row(
            f"CEA2{n}", [(price, quantity) for at, price, quantity in trades if at == n]
        )
        for n in range(3)
    ]
    mixed = row("", [(value, 1) for value in values])
    check_listed(rows, mixed, listed_trades(rows, [P0] * 3, mixed))


def test_figures_that_contradict_each_other_are_named() -> None:
    day = row("CEA", [(5000, 10), (5100, 5)])
    with pytest.raises(UnsolvableError, match=r"2023-08-28 CEA: 15 t from 50\.00 to"):
        prices(day._replace(listed=Sums(15, 15 * 5100)))
    with pytest.raises(UnsolvableError, match="the open is not between"):
        prices(day._replace(open=4900))
    two = row("CEA", [(5000, 5)]), row("CEA21", [(5000, 5)])
    above = row("", [(5001, 1)])
    with pytest.raises(UnsolvableError, match="2023-08-28: in no order"):
        listed_trades(two, [P0, P0], above)


def test_tonnes_go_to_the_prices_that_make_the_turnover() -> None:
    assert quantities([10, 20], 30, 500) == (10, 20)
    assert quantities([10, 20, 10], 30, 500) == (9, 20, 1)
    assert quantities([10, 30], 30, 500) == (20, 10)
    assert quantities([10], 3, 30) == (3,)
    assert quantities([10], 3, 31) is None
    assert quantities([10, 20], 1, 10) is None
    assert quantities([10, 20], 2, 31) is None
    assert quantities([10, 30], 3, 60) is None
    # a second tonne at 7: with one, a hundred at 10 and 11 come to more
    assert quantities([10, 11, 7], 100, 996) == (96, 2, 2)


def test_orders_are_below_a_hundred_thousand_tonnes() -> None:
    assert list(orders(99_999)) == [99_999]
    assert list(orders(200_000)) == [99_999, 99_999, 2]


BLOCK: Final = st.tuples(
    st.integers(min_value=3500, max_value=6500),
    st.integers(min_value=SMALLEST, max_value=20_000_000),
)


@given(st.lists(BLOCK, max_size=2))
def test_what_two_blocks_came_to_is_solved(traded: list[tuple[int, int]]) -> None:
    day = row("CEA", [])._replace(block=Sums(*add_up(traded)))
    check_blocks(day.block, P0, blocks(day, 3500, 6500))


def test_blocks_that_cannot_have_been_are_named() -> None:
    day = row("CEA", [])._replace(block=Sums(150_000, 750_000_001))
    with pytest.raises(UnsolvableError, match=r"to 150000 t and CNY 7500000\.01"):
        blocks(day, 3500, 6500)
    dear = day._replace(block=Sums(100_000, 2**62))
    with pytest.raises(UnsolvableError, match=r"no two blocks from 35\.00 to 65"):
        blocks(dear, 3500, 6500)


@pytest.mark.parametrize(
    ("turnover", "reserve", "entered"),
    [
        (489_485_000, 4872, [(4893, 0), (4894, 15_000), (4895, 85_000)]),  # 2025-11-04
        (447_500_000, 4433, [(4474, 0), (4475, 100_000)]),  # 2025-10-30
        (697_800_000, 6978, [(6978, 100_000)]),  # at the reserve, as on 2025-08-28
    ],
)
def test_an_auctions_bids_pay_its_turnover(
    turnover: int, reserve: int, entered: list[tuple[int, int]]
) -> None:
    sums = Sums(100_000, turnover)
    found = bids(sums, reserve)
    assert [(bid.price, bid.allotted) for bid in found] == entered
    check_auction(sums, reserve, found)


def test_the_reopenings_averages_mix_products() -> None:
    close = {product.instrument: product.declared for product in PRODUCTS}
    for day in reopening():
        limits = {
            name: Limits(p0, (p0 * 9 + 5) // 10, (p0 * 11 + 5) // 10)
            for name, p0 in close.items()
        }
        trades = ccer_trades(day, limits)
        assert add_up((t.price, t.quantity) for t in trades) == day.day
        for name in {trade.instrument for trade in trades}:
            own = [(t.price, t.quantity) for t in trades if t.instrument == name]
            assert all(limits[name].down <= p <= limits[name].up for p, _ in own)
            close[name] = mean(
                price for price, quantity in own for _ in range(quantity)
            )
        assert len({trade.instrument for trade in trades}) == 2
    # the average fell by a third, no product by more than 2 %
    declared = {product.instrument: product.declared for product in PRODUCTS}
    assert all(abs(close[name] / declared[name] - 1) < 0.02 for name in close)


def test_certified_reductions_that_cannot_have_been_are_named() -> None:
    limits = {"CCER-WIND23": Limits(7000, 6300, 7700)}
    day = reopening()[0]._replace(day=NOTHING)
    assert ccer_trades(day, limits) == []
    dear = day._replace(day=Sums(10, 90_000))
    with pytest.raises(UnsolvableError, match=r"2025-03-07 CCER: .* 10 t and CNY 900"):
        ccer_trades(dear, limits)


@pytest.mark.parametrize(
    ("average", "composite", "percent", "quoted"),
    [
        (10_736, 8_887, "20.81", "+20.8 %"),
        (7_281, 8_804, "-17.30", "-17.3 %"),
        (10_005, 10_000, "0.05", "+0.1 %"),
        (9_995, 10_000, "-0.05", "-0.1 %"),  # halves go away from zero
    ],
)
def test_premiums_have_two_decimals_and_are_quoted_with_one(
    average: int, composite: int, percent: str, quoted: str
) -> None:
    assert percent_of(average, composite) == percent
    assert as_quoted(percent) == quoted
    assert as_quoted(None) == "none"
