"""``carbonex official`` on days that the record does not have yet: one fault, one difference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.cli.official.check import Check
from carbonex.cli.official.ending import compare_balances, compare_dates
from carbonex.cli.official.files import CCER_FILE, COMPOSITE_FILE, VINTAGES_FILE
from carbonex.cli.official.living import live
from carbonex.cli.official.record import load
from carbonex.engine import CompositeMethod
from carbonex.gateway.market import load_market
from cli.official_later import DATES, made


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.cli.official.check import Difference
    from carbonex.cli.official.living import Lived
    from cli.official_later import Made


def lived(folder: str) -> tuple[Lived, list[Difference]]:
    """Live it, and return what differs."""
    check, market = Check(), load_market("national")
    outcome = live(load(Path(folder)), market, check, lambda _: None)
    outcome.life.exchange.check()
    compare_balances(outcome, check)
    compare_dates(outcome.methods, market, check)
    return outcome, check.differences


def test_a_new_vintage_is_listed_and_makes_the_composite(tmp_path: Path) -> None:
    outcome, differences = lived(made().write(tmp_path / "record"))
    assert differences == []
    assert len(outcome.methods) == len(DATES)
    assert set(outcome.methods.values()) == {CompositeMethod.NEWEST}
    newest = outcome.life.exchange.products["CEA"].newest
    assert newest is not None
    assert (newest.name, newest.terms.vintage) == ("CEA92", 2092)


def jumps(name: str, at: int, before: int) -> int:
    """CEA91 rises by 20 % on the fourth day."""
    return before * 12 // 10 if (name, at) == ("CEA91", 3) else before + 10


def test_an_impossible_price_is_one_difference_and_what_follows_is_equal(
    tmp_path: Path,
) -> None:
    """The next days go on from its close, though no limit reaches it."""
    outcome, differences = lived(made(jumps).write(tmp_path / "record"))
    assert len(outcome.methods) == len(DATES)
    assert [(d.date, d.name, d.figure) for d in differences] == [
        (20260305, "CEA91", "high")
    ]
    assert differences[0].why == (
        "2026-03-05 CEA91: high 84.36 is above the limit up of 77.33"
    )


def edit(kind: str, key: Any, old: str = "", new: str = "") -> Callable[[Made], None]:
    """Return what changes a row, or takes it out."""

    def change(record: Made) -> None:
        rows = getattr(record, kind)
        if not old:
            del rows[key]
        else:
            assert old in rows[key]
            rows[key] = rows[key].replace(old, new, 1)

    return change


def test_a_vintage_that_ends_is_one_difference(tmp_path: Path) -> None:
    record = made(gone={"CEA90": 8})
    outcome, differences = lived(record.write(tmp_path / "record"))
    assert [(d.date, d.name, d.figure) for d in differences] == [
        (20260312, "CEA90", "row")
    ]
    assert "2026-03-12 to 2026-03-17, 4 days" in differences[0].why
    assert outcome.life.exchange.instruments["CEA90"].delisted


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            edit("vintages", (DATES[7], "CEA91"), ",5,", ",five,"),
            (20260311, "CEA91", "listed_volume_t", "'five' is not a number of tonnes"),
        ),
        (
            edit("vintages", (DATES[7], "CEA91"), "2026-03-11", "2026-03-41"),
            (0, "CEA91", "date", "'2026-03-41' is not a date"),
        ),
        (
            edit("vintages", (DATES[7], "CEA91"), "2026-03-11", "9999-12-31"),
            (0, "CEA91", "date", "9999-12-31 is not from 1990 to 2099"),
        ),
        (
            edit("vintages", (DATES[7], "CEA92"), "2092", "new"),
            (20260311, "CEA92", "vintage", "'new' is not a year"),
        ),
        (
            edit("vintages", (DATES[7], "CEA90")),
            (20260311, "CEA90", "row", "has none of it: 2026-03-11"),
        ),
        (
            edit("composite", DATES[7]),
            (20260311, COMPOSITE_FILE, "row", "has none of it: 2026-03-11"),
        ),
        (
            edit("composite", DATES[7], ",15,", ",1S,"),
            (20260311, COMPOSITE_FILE, "listed_volume_t", "'1S' is not a number"),
        ),
        (
            edit("ccer", DATES[7], "800.00", "8OO"),
            (20260311, CCER_FILE, "turnover_cny", "'8OO' is not an amount"),
        ),
        (
            edit("ccer", DATES[7], "80.00,10,800.00", "8.00,10,80.00"),
            (20260311, "CCER", "day", "no trades within the products' limits"),
        ),
    ],
)
def test_one_fault_is_one_difference_and_the_run_goes_on(
    change: Callable[[Made], None],
    expected: tuple[int, str, str, str],
    tmp_path: Path,
) -> None:
    record = made()
    change(record)
    outcome, differences = lived(record.write(tmp_path / "record"))
    told = [(d.date, d.name, d.figure, d.why) for d in differences]
    assert len(told) == 1, told
    assert told[0][:3] == expected[:3]
    assert expected[3] in told[0][3]
    assert len(outcome.methods) == len(DATES)


@pytest.mark.parametrize("name", [VINTAGES_FILE, COMPOSITE_FILE, CCER_FILE])
def test_a_kind_of_which_there_is_no_file_is_one_difference(
    name: str, tmp_path: Path
) -> None:
    folder = made().write(tmp_path / "record")
    for file in Path(folder).glob(f"{name.removesuffix('.csv')}*"):
        file.unlink()
    outcome, differences = lived(folder)
    told = [(d.name, d.figure) for d in differences]
    assert told == [(name, "file")]
    assert "there is no such file" in differences[0].why
    assert len(outcome.methods) == len(DATES)


def test_another_method_at_the_very_end_is_told_by_its_closes(tmp_path: Path) -> None:
    """Two days are too few to tell a change of the rule from two odd days."""
    record = made()
    for date in DATES[-2:]:
        row = record.composite[date].split(",")
        row[5] = "1.00"
        record.composite[date] = ",".join(row)
    _, differences = lived(record.write(tmp_path / "record"))
    assert [(d.date, d.name, d.figure, d.recorded) for d in differences] == [
        (20260316, "composite", "close", "1.00"),
        (20260317, "composite", "close", "1.00"),
    ]


def test_no_rows_at_all_are_a_difference(tmp_path: Path) -> None:
    (tmp_path / VINTAGES_FILE).write_text("date\n")
    (tmp_path / COMPOSITE_FILE).write_text("date\n")
    (tmp_path / CCER_FILE).write_text("date\n")
    outcome, differences = lived(str(tmp_path))
    assert outcome.methods == {}
    assert [d.why for d in differences] == ["there are no rows of any trading day"]
