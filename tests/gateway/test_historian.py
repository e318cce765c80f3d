"""Questions about the past, over sockets and beside the follower."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from carbonex.engine import Exchange
from carbonex.gateway.historian import Behind
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.readers import historian as historian_module
from carbonex.gateway.server.readers.follower import Follower
from carbonex.gateway.server.readers.historian import FileHistorian
from carbonex.gateway.server.server import Server
from carbonex.gateway.session import history as session_history
from carbonex.gateway.session.refusal import Refused as RefusedRequest
from carbonex.journal import HISTORY_NAME, HistoryReader, HistoryStore, SegmentLog
from carbonex.journal.lineage import foreign
from carbonex.wire.answers import Empty, Error
from carbonex.wire.statements import AccountTrades
from journal.samples import batch
from market import CEA, config, make_market
from stranger import Refused, Stranger, eventually
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonex.journal import Tail


DAY_NS = 86_400 * 10**9


async def trade(port: int, quantity: int) -> None:
    """Let ``maker`` sell to ``taker``."""
    async with Stranger(port) as maker, Stranger(port) as taker:
        for client, name, side in ((maker, "maker", "sell"), (taker, "taker", "buy")):
            await client.login(name)
            await client.call(
                "add_order", instrument=CEA, side=side, price="70", quantity=quantity
            )


async def test_trades_wait_until_the_follower_has_written_them(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        follower = Follower(tmp_path)
        await trade(server.port, 5)
        async with Stranger(server.port) as taker:
            await taker.login("taker")
            asked = await taker.send("trades")
            pinged = await taker.send("ping")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(taker.receive(), 0.2)
            async with Stranger(server.port) as other:
                await other.call("ping")  # nobody else waits
            follower.catch_up()
            answer = await taker.answer(asked)
            assert [t["quantity"] for t in answer["result"]["trades"]] == [5]
            assert (await taker.receive())["req_id"] == pinged
        follower.close()


async def test_the_statement_of_yesterday(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead_ns = 0
    now_ns = Clock.now_ns
    monkeypatch.setattr(Clock, "now_ns", lambda clock: now_ns(clock) + ahead_ns)
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        follower = Follower(tmp_path)
        await trade(server.port, 5)
        date = server.venue.exchange.day
        ahead_ns = DAY_NS
        await eventually(lambda: server.venue.exchange.day > date)
        follower.catch_up()
        text = f"{date // 10_000}-{date // 100 % 100:02d}-{date % 100:02d}"
        async with Stranger(server.port) as maker, Stranger(server.port) as operator:
            await maker.login("maker")
            statement = await maker.call("statement", date=text)
            assert statement["cash"]["traded"] == "350.00"
            assert statement["lines"][-1]["tonnes"] == -5
            bulletins = (await operator.call("bulletins", date=text))["bulletins"]
            assert bulletins[0]["close"] == "70.00"
            await operator.login("operator")
            fees = await operator.call("statement", date=text, account="venue fees")
            assert fees["lines"] == []
        follower.close()


async def test_a_history_that_stays_behind_says_when_to_ask_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historian_module, "PATIENCE_SECONDS", 0.1)
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server, Stranger(server.port) as one:
        await one.login("maker")
        with (
            structlog.testing.capture_logs() as logs,
            pytest.raises(Refused) as refused,
        ):
            await one.call("trades")
        assert refused.value.error["code"] == 5009  # nobody has made it
        assert logs[0]["reason"].startswith(f"{tmp_path / HISTORY_NAME} cannot be read")
        HistoryStore(tmp_path / HISTORY_NAME, "test").close()
        with pytest.raises(Refused) as refused:
            await one.call("trades")
        assert refused.value.error == {
            "code": 5008,
            "name": "HISTORY_BEHIND",
            "message": "the history store has not caught up with the log;"
            " ask again after 1000 ms",
            "retry_after_ms": 1000,
        }
        await one.call("ping")


async def test_an_answer_that_cannot_be_sent_costs_its_own_connection_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unspeakable(*_: object) -> AccountTrades:
        return AccountTrades("maker", [object()], 0)  # type: ignore[list-item]

    make_market(tmp_path, config())
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as one,
        Stranger(server.port) as other,
    ):
        follower = Follower(tmp_path)
        await one.login("maker")
        await other.login("taker")
        with structlog.testing.capture_logs() as logs, monkeypatch.context() as patch:
            patch.setattr(session_history, "_trades", unspeakable)
            await one.send("trades")
            await one.send("ping")  # behind it, and never answered
            async with asyncio.timeout(30):
                await one.socket.wait_closed()
        assert one.socket.close_code == 1011
        assert [line["event"] for line in logs] == ["session failed"]
        follower.catch_up()
        assert (await other.call("trades"))["trades"] == []
        follower.close()


async def test_a_served_venue_has_a_history_to_ask(tmp_path: Path) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with VenueProcess(tmp_path) as venue:
        await trade(venue.port, 7)
        async with Stranger(venue.port) as taker:
            await taker.login("taker")
            trades = await taker.call("trades")
            assert [t["quantity"] for t in trades["trades"]] == [7]
        assert await venue.stop() == 0


# The historian by itself.


class Asker:
    """Asks a historian and waits for what it tells."""

    def __init__(self, directory: Path, log: Tail) -> None:
        self.answered = 0
        self.historian = FileHistorian(directory / HISTORY_NAME, log, self._count)

    async def ask(self, question: Any) -> tuple[Any, Error | None]:
        told: asyncio.Future[tuple[Any, Error | None]] = (
            asyncio.get_running_loop().create_future()
        )
        self.historian.ask(question, lambda *what: told.set_result(what))
        assert not told.done()
        return await told

    def _count(self) -> None:
        self.answered += 1


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SegmentLog]:
    with SegmentLog(tmp_path, "test", segment_bytes=65_536) as log:
        yield log


@pytest.fixture
def asker(tmp_path: Path, log: SegmentLog) -> Asker:
    HistoryStore(tmp_path / HISTORY_NAME, "test").close()
    return Asker(tmp_path, log)


async def test_a_result_or_a_refusal(asker: Asker) -> None:
    empty = Empty()

    def refuse(_: HistoryReader) -> Empty:
        raise RefusedRequest(Error(1, "NO", "no"))

    assert await asker.ask(lambda _: empty) == (empty, None)
    assert await asker.ask(refuse) == (None, Error(1, "NO", "no"))
    assert asker.answered == 2
    asker.historian.stop()


async def test_a_file_that_is_made_anew_is_what_is_asked_next(
    asker: Asker, tmp_path: Path
) -> None:
    def owner(history: HistoryReader) -> Empty:
        ((found,),) = history.select("SELECT venue FROM progress")
        owners.append(found)
        return Empty()

    owners: list[str] = []
    await asker.ask(owner)
    HistoryStore(tmp_path / "history.sqlite", "another").close()
    await asker.ask(owner)
    assert owners == ["test", "another"]
    asker.historian.stop()


async def test_a_question_of_ours_that_fails_costs_no_more_than_its_answer(
    asker: Asker,
) -> None:
    with structlog.testing.capture_logs() as logs:
        result, problem = await asker.ask(lambda history: history.nonsense())
    assert result is None
    assert problem is not None
    assert problem.name == "HISTORY_UNREADABLE"
    assert "failed" in logs[0]["event"]
    assert (await asker.ask(lambda _: Empty()))[1] is None
    asker.historian.stop()


async def test_stopping_does_not_wait_for_the_patience_of_a_question(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historian_module, "PATIENCE_SECONDS", 60)
    tries = 0

    def behind(_: HistoryReader) -> Empty:
        nonlocal tries
        tries += 1
        raise Behind

    task = asyncio.create_task(asker.ask(behind))
    await eventually(lambda: tries > 1)
    asker.historian.stop()
    async with asyncio.timeout(30):  # half of it
        await asyncio.to_thread(asker.historian._executor.shutdown, wait=True)
    task.cancel()


async def test_a_question_that_waits_for_the_follower_holds_up_no_other(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historian_module, "PATIENCE_SECONDS", 60)
    is_there = False

    def behind(_: HistoryReader) -> Empty:
        if not is_there:
            raise Behind
        return Empty()

    waiting = [asyncio.create_task(asker.ask(behind)) for _ in range(20)]
    assert await asker.ask(lambda _: Empty()) == (Empty(), None)
    assert not any(task.done() for task in waiting)
    is_there = True
    assert await asyncio.gather(*waiting) == [(Empty(), None)] * 20
    asker.historian.stop()


@pytest.mark.parametrize("ahead", [False, True])
async def test_a_file_of_another_log_is_not_asked(
    asker: Asker,
    log: SegmentLog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ahead: bool,
) -> None:
    """Until the follower has made it anew, which is soon."""
    monkeypatch.setattr(historian_module, "PATIENCE_SECONDS", 60)
    found: list[str] = []

    def compared(*about: Any) -> str:
        found.append(foreign(*about))
        return found[-1]

    monkeypatch.setattr(historian_module, "foreign", compared)
    rows = [log.publish(batch(n)) for n in range(1, 4)]
    position = 4 if ahead else 2
    with closing(HistoryStore(tmp_path / HISTORY_NAME, "test")) as other:
        other.start_at(position, Exchange(), bytes(32))
    waiting = asyncio.create_task(asker.ask(lambda _: Empty()))
    await eventually(lambda: len(found) > 1)  # so it was asked again
    assert not waiting.done()
    assert all(found)
    with closing(HistoryStore(tmp_path / HISTORY_NAME, "test")) as store:
        store.start_over("of another log")
        store.start_at(2, Exchange(), rows[1].hash)
    assert await waiting == (Empty(), None)
    asker.historian.stop()
