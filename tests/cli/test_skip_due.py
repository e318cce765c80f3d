"""The way past what time does by itself and no build can do."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from carbonex.engine import AdvanceTime, exchange as exchange_module
from carbonex.engine.timers import Due, GoesOn
from carbonex.gateway.server.readers.follower import Follower
from carbonex.gateway.server.server import Server, ServerFailed
from carbonex.journal import LogReader, SnapshotStore, UnappliableRowError, recover
from carbonex.journal.log import told
from cli.stuck import REASON, VENUE, Stuck
from market import CEA, make_market
from stranger import Stranger


if TYPE_CHECKING:
    from pathlib import Path


ORDER = {"instrument": CEA, "quantity": 5, "time_in_force": "gtc"}


def countdowns_fail(patch: pytest.MonkeyPatch) -> None:
    """Make this build one in which each countdown fails when it fires, half done."""

    def fail(state: Any, number: int) -> None:
        state.opened[number].countdown = None
        raise KeyError("a bug")

    patch.setattr(exchange_module, "fire_countdown", fail)


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stuck:
    """Return a venue in which a dead man's switch has fired, in such a build."""
    countdowns_fail(monkeypatch)
    return asyncio.run(_fired(tmp_path))


async def _fired(tmp_path: Path) -> Stuck:
    """Let a countdown fire while nobody sends anything."""
    directory = tmp_path / "venue"
    directory.mkdir()
    (directory / "venue.toml").write_text('venue = "test"\n', encoding="utf-8")
    make_market(directory, VENUE)
    with capture_logs() as lines:
        async with Server.start(directory, VENUE) as server:
            async with (
                Stranger(server.port) as maker,
                Stranger(server.port) as operator,
            ):
                await operator.login("operator")
                date = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
                await operator.call("begin_day", date=date)
                await maker.login("maker")
                await maker.call(
                    "add_order", account="maker", side="sell", price="70", **ORDER
                )
                await maker.call("cancel_all_orders_after", account="maker", timeout=1)
                with pytest.raises(ServerFailed, match="the countdown of account"):
                    await server.wait()
            position = LogReader(directory).bounds()[1]
    (told,) = (line for line in lines if line["event"] == "failed")
    found = Stuck(directory, position)
    assert (told["position"], told["hash"]) == (position, found.hash)
    assert told["commands"] == "AdvanceTime"
    assert "the countdown of account number" in told["due"]
    return found


def test_every_reader_names_the_row_and_what_was_due(stuck: Stuck) -> None:
    for command in (["serve", "--port", "0"], ["verify"], ["snapshot"], ["replay"]):
        code, said = stuck.call(*command)
        assert code == 3, said
        assert f"row {stuck.position} of" in said
        assert "the countdown of account number 0, due at 20" in said
        assert "which comes before AdvanceTime, led to KeyError('a bug')" in said
    with pytest.raises(UnappliableRowError):
        Follower(stuck.directory)


def test_all_of_them_apply_the_row_without_it(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = stuck.skip()
    assert code == 0, said
    marker = stuck.position + 1
    told = f"row {stuck.position} is applied without the countdown of account number 0"
    assert told in said
    digests = set[str]()
    recovered = None
    for _ in range(2):  # in the second round in a release that could do it
        code, said = stuck.call("verify", "--deep")
        assert code == 0, said
        assert told in said
        assert said.count(REASON) == 1
        digests |= {line.split()[1] for line in said.splitlines() if "state " in line}
        code, said = stuck.call("replay")
        assert (code, told in said) == (0, True)
        digests.add(said.split()[-1])
        recovered = recover(LogReader(stuck.directory), SnapshotStore(stuck.directory))
        digests.add(recovered.exchange.digest().hex())
        follower = Follower(stuck.directory)
        assert follower.position == marker
        digests.add(follower._exchange.digest().hex())
        follower.close()
        monkeypatch.undo()
    assert len(digests) == 1
    code, said = stuck.call("snapshot")
    assert code == 0
    assert f"digest   {digests.pop()}" in said
    assert recovered is not None
    account = recovered.exchange.accounts["maker"]
    assert account.countdown is None
    assert len(account.orders) == 1


def test_the_venue_goes_on(stuck: Stuck) -> None:
    """In the same build: to fire is all that fails."""

    async def go_on() -> int:
        async with Server.start(stuck.directory, VENUE) as server:
            async with Stranger(server.port) as maker:
                await maker.login("maker")
                page = await maker.call("open_orders", account="maker")
                await maker.call("cancel_all", account="maker")
            return len(page["orders"])

    assert stuck.skip()[0] == 0
    assert asyncio.run(go_on()) == 1
    assert asyncio.run(go_on()) == 0
    assert stuck.call("verify", "--deep")[0] == 0


def test_what_is_left_out_already_is_not_signed_twice(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stuck.skip()[0] == 0
    code, said = stuck.skip()
    assert code == 1
    assert "is applied without the countdown of account number 0" in said
    monkeypatch.setattr(exchange_module, "leave_out", lambda *_: 1 // 0)
    code, said = stuck.skip()
    assert code == 1
    assert "and cannot be left out" in said


def test_then_a_command_of_the_row_may_fail(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is passed over as a whole then, and what was due is due at the next one."""
    table: Any = exchange_module._RARE
    assert stuck.skip()[0] == 0
    monkeypatch.setitem(table, AdvanceTime, lambda *_: 1 // 0)
    code, said = stuck.skip()
    assert (code, f"row {stuck.position} is passed over" in said) == (0, True)
    monkeypatch.setitem(table, AdvanceTime, exchange_module._mark)
    assert stuck.call("verify", "--deep")[0] == 0
    recovered = recover(LogReader(stuck.directory), SnapshotStore(stuck.directory))
    assert recovered.exchange.next_due() is not None
    assert recovered.exchange.accounts["maker"].countdown is not None


def test_each_kind_has_words() -> None:
    said = {told((0, kind, 5)) for kind in (*Due, *GoesOn)}
    assert len(said) == len(Due) + len(GoesOn)
    assert all("due at 1970-01-01 08:00:00 (UTC+8)" in text for text in said)
