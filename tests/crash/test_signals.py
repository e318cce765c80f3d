"""Signals under load: a clean end answers everybody, a stopped process loses nothing."""

from __future__ import annotations

import asyncio
import random
import signal
from typing import TYPE_CHECKING, Final

import pytest

from carbonex.journal import HISTORY_NAME, HistoryReader, SnapshotStore
from carbonex.sdk import OrderStateUnknown, Timeouts, connect
from carbonex.wire.keys import Key
from market import CEA
from stranger import JSON, MSGPACK, eventually, private_key

from .orders import Sender, agree
from .servers import children, gone, kill
from .serving import Serving, make_venue


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.sdk import Venue


SEGMENT_BYTES: Final = 256 * 1024
ENOUGH: Final = 300  # orders answered before something is done to the server
STOPPED_SECONDS: Final = 1.5
HURRIED: Final = Timeouts(order=0.5, answer=0.8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A venue's directory."""
    directory = tmp_path / "venue"
    directory.mkdir()
    make_venue(directory, SEGMENT_BYTES)
    return directory


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_under_load_ends_it_after_every_answer(
    data: Path, number: signal.Signals
) -> None:
    """One signal or several, at any time until the process is gone."""
    draw = random.Random(number.name)
    async with Serving(data) as venue:
        senders = [
            Sender(venue.port, "maker", "maker", JSON),
            Sender(venue.port, "taker", "taker", MSGPACK),
        ]
        working = [asyncio.create_task(sender.work()) for sender in senders]
        await eventually(lambda: all(len(s.answered) > ENOUGH for s in senders))
        venue.signal(number)
        ended = asyncio.create_task(venue.ended())
        while not ended.done():
            await asyncio.wait([ended], timeout=draw.uniform(0, 0.02))
            if venue.alive:
                venue.signal(number)
        assert await ended == 0, venue.errors
        await asyncio.gather(*working)
    assert [sender.close_code for sender in senders] == [1001, 1001]
    assert {reason for s in senders for reason in s.refused.values()} <= {
        "SHUTTING_DOWN"
    }
    replayed = agree(data, *senders)
    answered = {name for sender in senders for name in sender.answered}
    assert replayed.sent.keys() == answered  # whatever was taken was answered
    assert replayed.checkpoints == 1
    snapshot = SnapshotStore(data).load(replayed.position)
    assert snapshot.digest == replayed.exchange.digest()
    with HistoryReader(data / HISTORY_NAME) as history:
        assert history.position == replayed.position


async def test_a_venue_that_is_stopped_for_a_while_loses_and_doubles_nothing(
    data: Path,
) -> None:
    """SIGSTOP and SIGCONT, while one client is patient and one is not."""
    async with Serving(data) as venue:
        patient = Sender(venue.port, "maker", "patient")
        working = asyncio.create_task(patient.work())
        url = f"ws://127.0.0.1:{venue.port}"
        key = Key("taker", private_key("taker"))
        async with connect(url, key, timeouts=HURRIED) as hurried:
            await eventually(lambda: len(patient.answered) > ENOUGH)
            venue.signal(signal.SIGSTOP)
            placing = asyncio.create_task(place_and_resolve(hurried, "late"))
            await asyncio.sleep(STOPPED_SECONDS)
            heard = len(patient.answered)
            venue.signal(signal.SIGCONT)
            assert await placing is None  # its deadline had passed by then
        await eventually(lambda: len(patient.answered) > heard + ENOUGH)
        venue.signal(signal.SIGTERM)
        assert await venue.ended() == 0, venue.errors
        await working
    assert patient.close_code == 1001
    replayed = agree(data, patient)
    assert "late" not in replayed.accepted
    assert replayed.checkpoints == 1
    # The clock that stamps went on while the process did not: no alarm.
    assert "wall clock stepped" not in venue.errors


async def place_and_resolve(venue: Venue, name: str) -> object:
    """Place an order whose answer will not come in time; return what became of it."""
    try:
        return await venue.buy(CEA, 1, "60.00", client_order_id=name)
    except OrderStateUnknown as unknown:
        return await unknown.resolve()


async def test_the_follower_may_die_and_the_next_one_makes_up_for_it(
    data: Path,
) -> None:
    async with Serving(data) as venue:
        sender = Sender(venue.port, "maker", "one")
        working = asyncio.create_task(sender.work())
        await eventually(lambda: len(sender.answered) > ENOUGH)
        followers = children(venue.pid)
        kill(followers)
        await gone(followers, data)
        heard = len(sender.answered)
        await eventually(lambda: len(sender.answered) > heard + ENOUGH)
        await venue.kill()
        await working
    async with Serving(data) as venue:
        followers = children(venue.pid)
        kill([*followers, venue.pid])
        await venue.ended()
        await gone(followers, data)
    async with Serving(data) as venue:
        assert followers != children(venue.pid)
        venue.signal(signal.SIGTERM)
        assert await venue.ended() == 0, venue.errors
    replayed = agree(data, sender)
    with HistoryReader(data / HISTORY_NAME) as history:
        assert history.position == replayed.position
        account = replayed.exchange.accounts["maker"]
        told = history.executions("maker", 1, account.exec_seq + 10)
        assert [e.exec_seq for e in told] == list(range(1, account.exec_seq + 1))
