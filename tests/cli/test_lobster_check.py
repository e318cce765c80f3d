"""What LOBSTER's files and their replay are checked for: no difference passes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from carbonex.cli.flows.lobster import Fill, translate
from carbonex.cli.flows.lobster_check import LobsterCheck
from carbonex.cli.flows.lobster_files import FormatError, load, read_message
from carbonex.cli.flows.replay import replay
from cli.flow_log import batches_of
from cli.lobster_runs import run, tape


if TYPE_CHECKING:
    from pathlib import Path


SCRIPT = """
    2.0 new a 30 100.00 sell
    2.1 new b 20 100.00 sell
    2.2 execute a 30 100.00 sell
    2.2 execute b 5 100.00 sell
    2.3 delete b 15 100.00 sell
"""


def test_a_book_that_differs_is_noticed() -> None:
    rows = tape().play(SCRIPT).rows
    for at in range(len(rows)):
        book = rows[at].book
        assert book is not None
        changed = list(rows)
        changed[at] = rows[at]._replace(book=book.replace("60", "61", 1))
        check = run(translate(rows), changed)
        assert [d.what for d in check.differences] == [f"row {at}, SELL side"]


def test_a_fill_of_another_order_or_size_is_noticed() -> None:
    rows = tape().play(SCRIPT).rows
    translation = translate(rows)
    for change in ({"maker": "b"}, {"price": 10001}, {"size": 29}, {"command": 8}):
        fills = [translation.fills[0]._replace(**change), *translation.fills[1:]]
        check = run(translation._replace(fills=fills), rows)
        assert len(check.differences) == 1
        assert check.fills == 1
    more = [*translation.fills, Fill(7, "c", 10000, 1)]
    assert len(run(translation._replace(fills=more), rows).differences) == 1
    fewer = translation.fills[:1]
    assert len(run(translation._replace(fills=fewer), rows).differences) == 1


def test_a_log_with_other_commands_is_noticed() -> None:
    rows = tape().play(SCRIPT).rows
    translation = translate(rows)
    flow = translation.flow
    check = LobsterCheck(translation, rows)
    replay(batches_of(flow._replace(commands=flow.commands[:-1])), check)
    assert [d.what for d in check.differences] == ["commands", "row 5"]
    check = LobsterCheck(translation, rows)
    twice = [*flow.commands, flow.commands[-1]]
    replay(batches_of(flow._replace(commands=twice)), check)
    assert "UNKNOWN_ORDER" in check.refused
    assert [d.what for d in check.differences] == [
        f"command {len(twice) - 1}",
        f"command {len(twice) - 1}",
        "commands",
    ]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ("1.0,7,0,0,-1,-1", "trading halts cannot be replayed"),
        ("1.0,1,a,5,5853350,1", "price 5853350 is not a whole cent"),
    ],
)
def test_rows_that_cannot_be_translated_are_refused(
    fields: str, complaint: str
) -> None:
    with pytest.raises(FormatError, match=complaint):
        read_message(fields.split(","))


def write(folder: Path, part: str, *lines: str) -> None:
    with gzip.open(folder / f"AAPL_{part}.csv.gz", "wt") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_the_three_files_are_joined(tmp_path: Path) -> None:
    rows = tape().play(SCRIPT).rows
    lines = [
        "1.0,1,first,5,997000,1",
        "1.5,1,far,5,5000,1",
        "2.0,1,a,30,1000000,-1",
    ]
    books = [row.book or "" for row in rows[:2]]
    write(tmp_path, "message_50", *lines)
    write(tmp_path, "message_30", lines[0], lines[2])
    write(tmp_path, "orderbook_30", *books)
    loaded = load(tmp_path)
    assert [row.message.order_id for row in loaded] == ["first", "far", "a"]
    assert [row.book and row.book.strip() for row in loaded] == [
        books[0],
        None,
        books[1],
    ]
    write(tmp_path, "message_30", lines[0], "9.0,1,b,30,1000000,-1")
    with pytest.raises(FormatError, match="not a part of message_50"):
        load(tmp_path)
    (tmp_path / "AAPL_message_50.csv.gz").unlink()
    with pytest.raises(FormatError, match=r"one file \*_message_50.csv.gz wanted"):
        load(tmp_path)
