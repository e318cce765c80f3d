"""A server that trades by a market file, through days that pass in moments."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
import pytest
import structlog

from carbonex.engine import ListInstrument, Phase
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import load_market
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import bootstrap
from gateway.simulated_days import ns
from hours import Hours
from market import CEA, config, make_market, market_commands
from stranger import Refused, Stranger, eventually


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.config import Config


ORDER = {"instrument": CEA, "side": "buy", "price": "74.63", "quantity": 1}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


def make_cea(directory: Path) -> None:
    """Write a new venue's log, CEA25 listed as the preset has it."""
    terms = load_market("cea").listings[-1].terms
    commands = [
        terms if isinstance(command, ListInstrument) else command
        for command in market_commands()
    ]
    bootstrap(directory, by("cea"), commands)


def by(market: str) -> Config:
    return msgspec.structs.replace(config(), market=market)


async def phase(server: Server, wanted: Phase) -> None:
    instrument = server.venue.exchange.instruments[CEA]
    await eventually(lambda: instrument.phase is wanted)


async def test_a_day_of_the_national_market(tmp_path: Path, time: Hours) -> None:
    time.be("2026-07-29 08:00:00")
    make_cea(tmp_path)
    async with Server.start(tmp_path, by("cea")) as server, Stranger(server.port) as it:
        exchange = server.venue.exchange
        assert exchange.day == 0
        await it.login("maker")
        with pytest.raises(Refused, match="NOT_TRADABLE"):
            await it.call("add_order", **ORDER)
        time.be("2026-07-29 09:00:00")
        await phase(server, Phase.PRE_OPEN)
        assert exchange.day == 20260729
        assert exchange.instruments[CEA].limit_up == 8209
        with pytest.raises(Refused, match="MARKET_CLOSED"):
            await it.call("add_order", **ORDER)
        time.be("2026-07-29 09:30:00")
        await phase(server, Phase.TRADING)
        await it.call("add_order", **ORDER)
        time.be("2026-07-29 11:30:00")
        await phase(server, Phase.BREAK)
        time.be("2026-07-29 13:00:00")
        await phase(server, Phase.TRADING)
        assert exchange.instruments[CEA].blocks
        time.be("2026-07-29 15:00:00")
        await eventually(lambda: exchange.day == 0)
        assert not exchange.accounts["maker"].orders
        time.be("2026-07-30 09:00:00")
        await eventually(lambda: exchange.day == 20260730)


async def test_a_restart_goes_on_with_the_day(tmp_path: Path, time: Hours) -> None:
    time.be("2026-07-29 10:40:00")
    make_cea(tmp_path)
    async with Server.start(tmp_path, by("cea")) as server:
        assert server.venue.exchange.day == 20260729  # begun at once
        seq = server.venue.exchange.seq
    time.be("2026-07-29 10:47:00")
    async with Server.start(tmp_path, by("cea")) as server:
        assert server.venue.exchange.day == 20260729
        assert server.venue.exchange.day_number == 1
        assert server.venue.exchange.seq == seq + 2  # the checkpoint, the new epoch
    time.be("2026-07-29 15:30:00")
    async with Server.start(tmp_path, by("cea"), accept_time=True) as server:
        assert server.venue.exchange.day == 0
        assert server.venue.exchange.day_number == 1


async def test_a_day_that_nobody_vouches_for_is_left_to_operators(
    tmp_path: Path, time: Hours
) -> None:
    time.be("2098-07-29 10:00:00")
    make_cea(tmp_path)
    with structlog.testing.capture_logs() as lines:
        async with (
            Server.start(tmp_path, by("cea")) as server,
            Stranger(server.port) as operator,
        ):
            exchange = server.venue.exchange
            assert exchange.day == 0
            await operator.login("operator")
            await operator.call("begin_day", date="2098-07-29")
            assert exchange.day == 20980729
            assert exchange.day_ends_ns == ns("2098-07-29 15:00:00")
    (alarm,) = (line for line in lines if line["log_level"] == "error")
    assert alarm["event"] == "trading day not begun"
    assert alarm["date"] == dt.date(2098, 7, 29).isoformat()


async def test_a_file_that_cannot_be_used_leaves_the_directory_free(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, config())
    (tmp_path / "bad.toml").write_text("begin = 9")
    with pytest.raises(ConfigError, match=r"bad\.toml: begin = 9: must be a time"):
        async with Server.start(tmp_path, by("bad.toml")):
            pytest.fail("it started by a bad file")
    async with Server.start(tmp_path, config()) as server:
        assert server.venue.exchange.day


async def test_a_file_that_the_venue_cannot_follow_ends_the_start_in_order(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, config())
    (tmp_path / "other.toml").write_text(
        "[product.CEA]\nlot = 10\n[[instrument]]\nname = 'CEA25'\nproduct = 'CEA'\n"
    )
    with pytest.raises(ConfigError, match="it is listed with 1, and that cannot"):
        async with Server.start(tmp_path, by("other.toml")):
            pytest.fail("it started by a file that it cannot follow")
    async with Server.start(tmp_path, config()) as server:
        assert server.venue.exchange.day
