"""A venue that comes back older than it was: noticed, and nothing of it passed over."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.gateway.server.server import Server
from carbonex.sdk import (
    ConnectionLost,
    OrderStateUnknown,
    Venue,
    VenueRestored,
    Witness,
    connect,
)
from carbonex.sdk.client import Client
from carbonex.sdk.feeds import AlertFeed, BlockFeed, TradeFeed
from sdk.followed import SENT, NoDesk, execution, following, seen, snapshot
from sdk.market import CONFIG, Cable, set_up, until
from sdk.script import Script, logged_in, only


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.sdk.channel import Feed


KNOWN: dict[str, Any] = {"epoch": 5, "opened": "aa", "position": 100, "hash": "a1"}
BLOCK = {
    "block_id": "1",
    "proposer": "acme",
    "counterparty": "beta",
    "instrument": "CEA25",
    "side": "sell",
    "price": "74.63",
    "quantity": 1_000,
    "status": "open",
}


def beat(script: Script, position: int, of: str) -> None:
    heartbeat = {"seq": 1, "position": position, "hash": of, "time": 1}
    script.frame("heartbeat", "update", heartbeat)


def come_back(script: Script, **log: Any) -> list[dict[str, Any]]:
    script.client.connection_lost("cable cut")
    return script.log_in("acme-1", **(KNOWN | log))


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ({"epoch": 4, "position": 130}, "its epoch is 4, and was 5"),
        ({"opened": "bb", "position": 130}, "epoch 5 has begun with another hash"),
        ({"position": 119}, "its log is at position 119, and was at 120"),
        (
            {"epoch": 6, "opened": "bb", "position": 119},
            "its log is at position 119, and was at 120",
        ),
        ({"position": 120, "hash": "a3"}, "another hash at position 120"),
        ({"venue": "other", "position": 130}, "it calls itself other, and was test"),
    ],
)
def test_what_contradicts_the_last_heartbeat_is_noticed(
    log: dict[str, Any], reason: str
) -> None:
    script, _, _ = following(7, **KNOWN)
    beat(script, 120, "a2")
    come_back(script, **log)
    restored = script.client.memory.restored
    assert isinstance(restored, VenueRestored)
    assert reason in str(restored)
    assert restored.known == Witness("test", 5, "aa", 120, "a2")
    assert restored.now.position == log.get("position", 100)


@pytest.mark.parametrize(
    "log",
    [
        {"position": 120, "hash": "a2"},
        {"position": 121, "hash": "a3"},
        {"epoch": 6, "opened": "bb", "position": 121, "hash": "a3"},
    ],
)
def test_a_venue_that_has_gone_on_is_not_suspected(log: dict[str, Any]) -> None:
    script, executions, _ = following(7, **KNOWN)
    beat(script, 120, "a2")
    [subscribe] = only(come_back(script, **log), "subscribe")
    assert subscribe["params"]["from_seq"] == 8
    assert script.client.memory.restored is None
    assert executions.last_seq == 7


async def test_executions_and_held_orders_end_and_are_followed_anew() -> None:
    script, executions, stream = following(7, **KNOWN)
    order = executions.expect(SENT)
    script.frame("executions", "update", execution(8))
    [subscribe] = only(come_back(script, position=99), "subscribe")
    assert "from_seq" not in subscribe["params"]
    assert seen(stream) == [8]
    with pytest.raises(VenueRestored):
        await stream.next()
    with pytest.raises(VenueRestored):
        await order.done()
    with pytest.raises(VenueRestored):
        order.require_standing()
    fresh = executions.stream_from(0)
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=6))
    # The venue gives the number of the old order to a new one.
    script.frame("executions", "update", execution(7))
    assert seen(fresh) == [7]
    assert executions.held(order.order_id) is None
    assert order.filled == 0


@pytest.mark.parametrize("asks_too_far", [True, False])
async def test_an_account_with_fewer_executions_than_it_had_tells_it_too(
    asks_too_far: bool,
) -> None:
    """The log has grown beyond what was told, so the greeting says nothing."""
    script, executions, stream = following(7, **KNOWN)
    [subscribe] = only(come_back(script, epoch=6, position=500), "subscribe")
    assert script.client.memory.restored is None
    if asks_too_far:
        script.refuse(subscribe, 1004, "BAD_TYPE", param="from_seq")
        [subscribe] = only(script.hear(), "subscribe")
        assert "from_seq" not in subscribe["params"]
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=5))
    assert script.client.memory.restored is not None
    assert "acme-1" in str(script.client.memory.restored)
    with pytest.raises(VenueRestored):
        await stream.next()
    fresh = executions.stream_from(0)
    script.frame("executions", "update", execution(6))
    assert seen(fresh) == [6]


def test_what_another_account_has_asked_for_from_the_past_is_asked_anew() -> None:
    """Both were under way when the first was refused, and showed what has happened."""
    script, _, _ = following(7, **KNOWN)
    other = script.client.executions("acme-2", NoDesk())
    [subscribe] = only(script.hear(), "subscribe")
    script.accept(subscribe)
    script.frame("executions", "snapshot", {**snapshot(newest=7), "account": "acme-2"})
    asked = only(come_back(script, epoch=6, position=500), "subscribe")
    assert [each["params"]["from_seq"] for each in asked] == [8, 8]
    for each in asked:
        script.refuse(each, 1004, "BAD_TYPE", param="from_seq")
    again = only(script.hear(), "subscribe")
    assert [each["params"] for each in again] == [
        {"channel": "executions", "account": name} for name in ("acme-1", "acme-2")
    ]
    script.refuse(again[0], 1004, "BAD_TYPE")  # it is not the past's fault now
    script.accept(again[1])
    script.frame("executions", "snapshot", {**snapshot(newest=5), "account": "acme-2"})
    assert script.hear() == []
    assert (other.error, other.last_seq) == (None, 5)
    stream = other.stream_from(0)
    script.frame("executions", "update", {**execution(6), "account": "acme-2"})
    assert seen(stream) == [6]


@pytest.mark.parametrize("feed", [TradeFeed("CEA25"), AlertFeed("")])
async def test_prints_and_alerts_end_and_may_be_followed_anew(feed: Feed[Any]) -> None:
    script = logged_in(**KNOWN)
    stream = feed.stream()
    script.client.subscribe(feed)
    come_back(script, position=50)
    with pytest.raises(VenueRestored):
        await stream.next()
    assert feed.stream().is_open


def test_blocks_that_are_gone_with_the_past_are_told_as_ended() -> None:
    script = logged_in(**KNOWN)
    feed = BlockFeed("acme-1")
    stream = feed.stream()
    script.client.subscribe(feed)
    script.accept(script.hear()[-1])
    script.frame("blocks", "snapshot", BLOCK, {**BLOCK, "block_id": "2"})
    script.accept(only(come_back(script, position=50), "subscribe")[-1])
    script.frame("blocks", "snapshot", BLOCK)
    told = [(block.block_id, block.status) for block in stream._items]
    assert told == [("1", "open"), ("2", "open"), ("2", "ended")]


def test_a_witness_of_an_earlier_run_is_believed() -> None:
    script = Script()
    witness = Witness("test", 5, "aa", 120, "a2")
    script.client = Client(witness=witness)
    script.greet(**KNOWN)
    assert script.client.memory.restored is not None
    assert str(witness) == "120:a2"


# With a real venue, a real copy of it, and a cable that leads to whichever is there.


async def trade(venue: Venue, count: int) -> None:
    for _ in range(count):
        await venue.buy("CEA25", 1, "70.00")


async def test_a_copy_taken_live_and_put_back(tmp_path: Path) -> None:
    directory, copy = tmp_path / "venue", tmp_path / "copy"
    directory.mkdir()
    keys = set_up(directory)
    async with Server.start(directory, CONFIG) as server, Cable.laid(0) as cable:
        cable.target = server.port
        url = f"ws://127.0.0.1:{cable.port}"
        async with connect(url, keys["maker"]) as maker:
            executions = maker.executions()
            prints = maker.trades("CEA25")
            first = await maker.buy("CEA25", 5, "70.00")
            shutil.copytree(directory, copy)
            lost = await maker.buy("CEA25", 6, "71.00")
            await trade(maker, 3)
            assert [(await executions.next()).exec_seq for _ in range(5)] == [
                1,
                2,
                3,
                4,
                5,
            ]
            await until(lambda: _position(maker) == server.venue.position)
            unknown = await _unanswered(maker, cable)
            await server.stop()
            async with Server.start(copy, CONFIG) as restored:
                cable.target = restored.port
                cable.cut(both_ends=True)
                with pytest.raises(VenueRestored) as caught:
                    await executions.next()
                with pytest.raises(VenueRestored):
                    await prints.next()
                assert maker.restored is caught.value
                assert caught.value.now.position < caught.value.known.position
                for order in (first, lost):
                    with pytest.raises(VenueRestored):
                        await order.cancel()
                with pytest.raises(VenueRestored):
                    await unknown.resolve()
                [still] = await maker.open_orders()
                assert (still.order_id, still.quantity) == (first.order_id, 5)
                # The number of the lost order is given again.
                again = await maker.buy("CEA25", 7, "72.00")
                assert again.order_id == lost.order_id
                assert (again.quantity, lost.quantity) == (7, 6)
                assert (await maker.executions(from_seq=1).next()).exec_seq == 1
                await still.cancel()
                assert maker.witness is not None


def _position(maker: Venue) -> int:
    return maker.witness.position if maker.witness else 0


async def _unanswered(maker: Venue, cable: Cable) -> OrderStateUnknown:
    """Send an order whose answer is lost."""
    cable.requests_held = True
    buying = asyncio.ensure_future(maker.buy("CEA25", 8, "69.00"))
    await until(cable.holds_something)
    cable.target = 1  # where nobody is
    cable.cut(both_ends=True)
    cable.requests_held = False
    with pytest.raises(ConnectionLost) as caught:
        await buying
    assert isinstance(caught.value, OrderStateUnknown)
    return caught.value


async def test_a_restored_venue_that_has_overtaken_what_was_told(
    tmp_path: Path,
) -> None:
    """Its epoch has the same number and its log is longer: its beginning is another."""
    directory, copy = tmp_path / "venue", tmp_path / "copy"
    directory.mkdir()
    keys = set_up(directory)
    shutil.copytree(directory, copy)
    async with Cable.laid(0) as cable, Server.start(directory, CONFIG) as server:
        cable.target = server.port
        url = f"ws://127.0.0.1:{cable.port}"
        async with connect(url, keys["maker"]) as maker:
            await maker.buy("CEA25", 5, "70.00")
            await server.stop()
            async with Server.start(copy, CONFIG) as restored:
                other = f"ws://127.0.0.1:{restored.port}"
                async with connect(other, keys["taker"]) as taker:
                    await trade(taker, 20)
                cable.target = restored.port
                cable.cut(both_ends=True)
                await until(lambda: maker.restored is not None)
                assert "has begun with another hash" in str(maker.restored)
                assert maker.restored is not None
                known = maker.restored.known
                with pytest.raises(VenueRestored):
                    async with connect(other, keys["maker"], witness=known):
                        raise AssertionError("it was let in")
