"""The commit thread, and the promise that rests on it: durable before answered."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Final

import pytest

from carbonex.engine import VENUE_KEY, AdvanceTime, Batch
from carbonex.gateway.server import pipeline
from carbonex.gateway.server.committer import Committer
from carbonex.gateway.server.server import Server, ServerFailed
from carbonex.journal import OsDisk, Row, SegmentLog
from market import CEA, config, make_market
from stranger import Stranger, eventually


if TYPE_CHECKING:
    from pathlib import Path


# Where a batch is made durable: for what the disk takes to count as quick.
IN_LOOP: Final = 2**60
IN_THREAD: Final = 0


def batch(n: int) -> Batch:
    return Batch(n, 1, 1, n, [AdvanceTime(VENUE_KEY)])


def row(n: int) -> Row:
    return Row(n, n, 1, 1, n, b"", b"")


class Gate:
    """A log double that lets a batch through when the test says so."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.seen: list[str] = []
        self.error: Exception | None = None

    def publish(self, batch: Batch) -> Row:
        self.seen.append(f"publish {batch.n}")
        assert self.open.wait(10)
        if self.error is not None:
            raise self.error
        return row(batch.n)

    def roll(self) -> None:
        self.seen.append("roll")

    def sync_head(self) -> None:
        self.seen.append("sync head")


async def test_a_batch_comes_back_into_the_loop_after_it_is_durable() -> None:
    log, back, failures = Gate(), asyncio.Queue[tuple[Batch, Row]](), list[Exception]()
    loop_thread = threading.get_ident()

    def committed(batch: Batch, row: Row) -> None:
        assert threading.get_ident() == loop_thread
        back.put_nowait((batch, row))

    committer = Committer(log, asyncio.get_running_loop(), committed, failures.append)
    committer.start()
    committer.publish(batch(1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(back.get(), 0.05)
    log.open.set()
    assert await back.get() == (batch(1), row(1))
    committer.roll()
    committer.publish(batch(2))
    assert await back.get() == (batch(2), row(2))
    committer.stop()
    assert log.seen == ["publish 1", "roll", "publish 2"]
    assert failures == []


async def test_after_an_error_nothing_is_tried_again() -> None:
    log, failed = Gate(), asyncio.Queue[Exception]()
    log.open.set()
    log.error = OSError(5, "input/output error")
    committer = Committer(
        log,
        asyncio.get_running_loop(),
        lambda *_: pytest.fail("nothing was made durable"),
        failed.put_nowait,
    )
    committer.start()
    committer.publish(batch(1))
    committer.publish(batch(2))
    assert await failed.get() is log.error
    committer.stop()
    assert log.seen == ["publish 1"]
    assert failed.empty()


async def hear_out(client: Stranger, seconds: float) -> None:
    """Receive whatever comes for a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await client.receive()


async def test_no_answer_leaves_before_its_batch_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = SegmentLog.publish
    entered, gate = threading.Event(), threading.Event()

    def slow(log: SegmentLog, batch: Batch) -> Row:
        entered.set()
        assert gate.wait(10)
        return publish(log, batch)

    make_market(tmp_path, config())
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
        Stranger(server.port) as watcher,
    ):
        await maker.login("maker")
        await maker.call("subscribe", channel="executions")
        await watcher.call("subscribe", channel="book", instrument=CEA)
        monkeypatch.setattr(SegmentLog, "publish", slow)
        order = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}
        monkeypatch.setattr(pipeline, "QUICK_NS", IN_THREAD)
        sent = await maker.send("batch_add", orders=[order, order])
        await asyncio.to_thread(entered.wait, 10)
        # The loop is free, so others are served, the feed flushes and beats.
        await watcher.call("ping")
        for client in (maker, watcher):
            await hear_out(client, 0.2)
            assert not client.seen("executions", "update")
            assert not client.seen("book", "update")
        assert not any(f.get("method") == "batch_add" for f in maker.frames)
        assert not server.venue.exchange.accounts["maker"].orders

        gate.set()
        answer = await maker.answer(sent)
        assert all(item["success"] for item in answer["result"]["orders"])
        (update,) = await watcher.updates("book", 1)
        assert update["bids"] == [["70.00", 2, 2]]


@pytest.mark.parametrize(
    ("few", "quick_ns", "here"),
    [(2, IN_LOOP, True), (1, IN_LOOP, False), (2, IN_THREAD, False)],
)
async def test_few_commands_are_published_in_the_loop_where_the_disk_is_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, quick_ns: int, here: bool
) -> None:
    publish, threads = SegmentLog.publish, list[int]()

    def noting(log: SegmentLog, batch: Batch) -> Row:
        threads.append(threading.get_ident())
        return publish(log, batch)

    make_market(tmp_path, config())
    monkeypatch.setattr(pipeline, "FEW_COMMANDS", few)
    monkeypatch.setattr(pipeline, "QUICK_NS", quick_ns)
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
    ):
        await maker.login("maker")
        monkeypatch.setattr(SegmentLog, "publish", noting)
        order = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}
        await maker.call("batch_add", orders=[order, order])
        assert [thread == threading.get_ident() for thread in threads] == [here]


@pytest.mark.parametrize("quick_ns", [IN_LOOP, IN_THREAD])
@pytest.mark.parametrize("orders", [1, 2])
async def test_a_failed_sync_ends_the_venue_and_answers_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orders: int, quick_ns: int
) -> None:
    def broken(_disk: OsDisk, _fd: int) -> None:
        raise OSError(5, "Input/output error")

    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        async with Stranger(server.port) as maker, Stranger(server.port) as other:
            await maker.login("maker")
            monkeypatch.setattr(pipeline, "QUICK_NS", quick_ns)
            monkeypatch.setattr(OsDisk, "sync", broken)
            order = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}
            await maker.send("batch_add", orders=[order] * orders)
            with pytest.raises(ServerFailed, match="Input/output error"):
                await server.wait()
            for client in (maker, other):
                await client.socket.wait_closed()
                assert client.socket.close_code == 1011
            assert not any(f.get("method") == "batch_add" for f in maker.frames)
        assert not server.venue.exchange.accounts["maker"].orders
    monkeypatch.undo()

    # What became of the batch, the next start finds out: here it was written.
    async with Server.start(tmp_path, config()) as server:
        assert len(server.venue.exchange.accounts["maker"].orders) in {0, orders}
        async with Stranger(server.port) as maker:
            await maker.login("maker")
            await maker.call("cancel_all")


async def test_the_head_is_synced_by_the_thread_one_at_a_time() -> None:
    log = Gate()
    committer = Committer(log, asyncio.get_running_loop(), _nothing, _nothing)
    for _ in range(3):
        committer.sync_head()
    committer.start()
    committer.stop()
    assert log.seen == ["sync head"]


async def test_while_it_is_busy_the_head_is_synced_every_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not while it is idle: a disk may sleep."""
    heads: list[int] = []
    monkeypatch.setattr(
        SegmentLog, "sync_head", lambda log: heads.append(log.bounds()[1])
    )
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        async with Stranger(server.port) as maker:
            await maker.login("maker")
            await maker.call(
                "add_order", instrument=CEA, side="buy", price="70", quantity=1
            )
        await eventually(lambda: heads[-1:] == [server.venue.position])
        synced = len(heads)
        await asyncio.sleep(2.2)
        assert len(heads) == synced


def _nothing(*_: object) -> None:
    pass
