"""``carbonex feed`` end to end: a venue's process, its WebSockets, its log."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from carbonex.cli.feed import app
from carbonex.cli.flows.local import found, logged, running
from carbonex.cli.flows.sender import SendError, open_line
from carbonex.cli.flows.writer import FlowWriter
from carbonex.engine import BUY, GatewayOpened, HaltInstrument, PlaceOrder
from carbonex.journal import LogReader
from carbonex.wire import requests
from carbonex.wire.keys import generate_key
from cli.recordings import market_data


if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


ORDERS = """\
id,timestamp,exchange_timestamp,price,volume,action,direction
b1,85,10,100.0,3,created,bid
a1,85,10,102.0,3,created,ask
p1,95,20,102.0,1,created,bid
p1,95,20,102.0,1,deleted,bid
t1,105,30,102.0,5,created,bid
t1,105,30,102.0,2,changed,bid
a1,105,30,102.0,0,deleted,ask
m1,115,40,0.0,1.5,created,ask
m1,115,40,102.0,0,deleted,ask
t1,115,40,102.0,0.5,changed,bid
t1,125,50,102.0,0.5,deleted,bid
b1,999,999,100.0,3,deleted,bid
"""
TRADES = """\
trade_id,timestamp,exchange_timestamp,price,amount,buy_order_id,sell_order_id,side
1,105,30,102.0,3,t1,a1,buy
2,115,40,102.0,1.5,t1,m1,sell
"""


def bitstamp_files(folder: Path, trades: str = TRADES) -> str:
    folder.mkdir()
    with gzip.open(folder / "bitstamp_orders.csv.gz", "wt") as file:
        file.write(ORDERS)
    (folder / "bitstamp_trades.csv").write_text(trades)
    return str(folder)


def feed(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def told(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_recording_comes_out_of_a_venue_as_it_went_in(tmp_path: Path) -> None:
    folder = bitstamp_files(tmp_path / "data")
    result = feed("bitstamp", folder, "--json", "--keep", str(tmp_path / "venue"))
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert outcome["recording"] == "Bitstamp, 12 order events"
    assert (outcome["commands"], outcome["desks"]) == (7, 3)
    assert list(outcome["equal"].values()) == [2, 4, 1, 1, 1]
    assert outcome["refused"] == {"WOULD_TAKE_LIQUIDITY": 1, "UNKNOWN_ORDER": 1}
    assert outcome["differences"] == 0
    # the venue is kept whole: a second founding in its place is refused
    assert LogReader(tmp_path / "venue").bounds()[1] > 0
    result = feed("bitstamp", folder, "--keep", str(tmp_path / "venue"))
    assert result.exit_code == 1
    assert "choose a new directory" in result.stderr


def test_people_get_tables_and_a_verdict(tmp_path: Path) -> None:
    result = feed("bitstamp", bitstamp_files(tmp_path / "data"))
    assert result.exit_code == 0, result.output
    assert "2  trades (both orders, size, price, side)" in result.stdout
    assert "no difference" in result.stdout


def test_a_difference_is_spelled_out_and_fails(tmp_path: Path) -> None:
    other = TRADES.replace("1.5,t1", "1.5,b1")
    result = feed("bitstamp", bitstamp_files(tmp_path / "data", other))
    assert result.exit_code == 1
    assert "trade: recorded RecordedTrade(buy_id='b1'" in result.stdout
    assert result.stdout.endswith("1 difference\n")


@pytest.mark.parametrize("recording", ["lobster", "bitstamp"])
def test_a_folder_without_the_files_is_named(recording: str, tmp_path: Path) -> None:
    result = feed(recording, str(tmp_path))
    assert result.exit_code == 1
    assert str(tmp_path) in result.stderr


def test_two_thousand_messages_of_nasdaq_through_a_venue() -> None:
    folder = market_data("lobster_aapl_1h")
    result = feed("lobster", str(folder), "--rows", "2000", "--json")
    assert result.exit_code == 0, result.output
    outcome = told(result)
    assert outcome["differences"] == 0
    assert outcome["equal"]["books, at least 10 levels a side"] > 1_800
    assert outcome["equal"]["executions (order, size, price)"] > 100


async def test_what_the_venue_itself_refuses_ends_the_sending(tmp_path: Path) -> None:
    writer = FlowWriter("X")
    writer.limit("a", BUY, 100, 1)
    (key,) = found(tmp_path, writer.flow())
    async with running(tmp_path) as url:
        with pytest.raises(SendError, match="the venue answered LOGIN_FAILED"):
            async with open_line(url, generate_key("stranger")):
                pass
        async with open_line(url, key) as line:
            await line.put(requests.Ping())
            await line.put(requests.Halt("X"))
            with pytest.raises(SendError, match="PERMISSION_DENIED"):
                await line.drain()
    with pytest.raises(SendError, match=url):
        async with open_line(url, key):
            pass
    commands = [command for batch in logged(tmp_path) for command in batch.commands]
    assert type(commands[0]) is GatewayOpened
    assert not any(isinstance(c, PlaceOrder | HaltInstrument) for c in commands)
