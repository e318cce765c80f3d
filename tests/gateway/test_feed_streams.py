"""Whatever happens, sound or absurd, over several days: every channel is right."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, strategies as st

from carbonex.engine import Alert, LargeHolder, OffBookTrade, Trade, TradeAnnulled
from carbonex.engine.market.phases import phase_changed
from carbonex.gateway.feed.rendering import instrument_of
from carbonex.wire import answers, channels
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.money import format_fen, parse_fen
from feed_model import Accounts, statistics
from feed_stage import Client, Stage
from streams import ACCOUNTS, INSTRUMENTS, SETUP, START, any_command, next_day
from streams.stream import time_passing


NAMES = [command.account for command in ACCOUNTS]
LISTED = [command.instrument for command in INSTRUMENTS]
PUBLIC = ("instrument", "ticker", "trade", "bulletin", "auction", "premium", "alerts")
PRIVATE = ("executions", "balances", "blocks", "bids", "countdown")


class Audience:
    """Somebody on every channel, who remembers what there is to remember."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self.stage = stage
        self.clients: list[Client] = []
        self.newest: dict[tuple[str, str], dict[str, Any]] = {}
        self.executions: dict[str, list[channels.Execution]] = {n: [] for n in NAMES}
        self.books: dict[str, list[dict[int, list[int]]]] = {
            n: [{}, {}] for n in LISTED
        }
        self.counts = dict.fromkeys(PUBLIC, 0)
        for channel in PUBLIC:
            self._follow(random, channel)
        for name in LISTED:
            self._follow(random, "book", instrument=name, depth=0, interval_ms=50)
        for channel in PRIVATE:
            for name in NAMES:
                self._follow(random, channel, account=name)

    def _follow(self, random: Random, channel: str, **params: Any) -> None:
        codec = random.choice((JSON, MSGPACK))
        self.clients.append(Client(self.stage, codec).follow(channel, **params))

    def read(self) -> None:
        for client in self.clients:
            for frame in client.frames():
                if frame.type == "update" and frame.channel in self.counts:
                    self.counts[frame.channel] += len(frame.data)
                for datum in frame.data:
                    self._take(frame.channel, frame.type, datum)

    def _take(self, channel: str, kind: str, datum: dict[str, Any]) -> None:
        if channel == "executions" and kind == "update":
            execution = channels.Execution(**datum)
            self.executions[execution.account].append(execution)
        elif channel == "book":
            for side, levels in zip(
                self.books[datum["instrument"]],
                (datum["bids"], datum["asks"]),
                strict=True,
            ):
                for price, *level in levels:
                    side[parse_fen(price)] = level
                    if not level[0]:
                        del side[parse_fen(price)]
        elif channel in ("instrument", "ticker"):
            self.newest[channel, datum["instrument"]] = datum
        elif channel == "balances":
            self.newest[channel, datum["account"]] = datum

    def check(self) -> None:
        """After a flush everything is as the engine has it, and has told it."""
        self.read()
        self._check_instruments()
        self._check_accounts()
        kinds = [type(e) for _, _, events in self.stage.told for e in events]
        on_tape = [kinds.count(k) for k in (Trade, OffBookTrade, TradeAnnulled)]
        assert self.counts["trade"] == sum(on_tape)
        assert self.counts["alerts"] == kinds.count(Alert) + kinds.count(LargeHolder)

    def _check_instruments(self) -> None:
        exchange = self.stage.exchange
        for name in LISTED:
            instrument = exchange.instruments[name]
            depth = self.stage.depths[exchange.seq][name]
            held = [
                sorted((price, *level) for price, level in side.items())
                for side in self.books[name]
            ]
            assert held == [sorted(side) for side in depth]
            figures = statistics(self.stage.told, name, instrument.reference)
            assert figures.items() <= self.newest["ticker", name].items()
            told = channels.Instrument(**self.newest["instrument", name])
            wanted = instrument_of(
                instrument, phase_changed(exchange, instrument), exchange.day
            )
            for member in ("phase", "date", "tradable", "limit_up", "blocks_open"):
                assert getattr(told, member) == getattr(wanted, member), member

    def _check_accounts(self) -> None:
        exchange = self.stage.exchange
        ids = self.stage.venue.ids
        shown = ids.shown, ids.blocks.shown, ids.bids.shown
        model = Accounts.of(self.stage.told, shown)
        for name in NAMES:
            assert self.executions[name] == model.executions[name]
            account = exchange.accounts[name]
            assert len(model.executions[name]) == account.exec_seq
            balances = answers.Balances(**self.newest["balances", name])
            assert balances.available == format_fen(account.available)
            assert [
                (each["instrument"], each["quantity"], each["resale_locked"])
                for each in self.newest["balances", name]["holdings"]
            ] == [
                (name, held.quantity, held.resale_locked)
                for name, held in account.holdings.items()
            ]


@given(seed=st.integers(0, 2**32), batches=st.integers(1, 60))
def test_every_channel_is_right_whatever_happens(seed: int, batches: int) -> None:
    random = Random(seed)
    stage = Stage()
    stage.now_ns = START
    stage.do(*SETUP)
    audience = Audience(stage, random)
    for _ in range(batches):
        exchange = stage.exchange
        if exchange.day:
            stage.now_ns = max(stage.now_ns, time_passing(random, exchange))
            commands = [any_command(random, exchange) for _ in range(3)]
        else:
            time_ns, begin = next_day(random, exchange)
            stage.now_ns = max(stage.now_ns, time_ns)
            commands = [begin]
        stage.do(*commands)
        if random.random() < 0.2:
            stage.flush(50)
            audience.check()
    stage.flush(50)
    audience.check()
