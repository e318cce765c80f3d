"""Alerts of a whole exchange: of blocks, of storms, and of random trading days."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AccountOpened,
    Alert,
    AlertKind,
    BeginDay,
    BlockTerms,
    CancelOrder,
    DayBegun,
    InstrumentListed,
    InstrumentUpdated,
    ListInstrument,
    Phase,
    PlaceOrder,
    ProposeBlock,
    Rejected,
    Side,
    Thresholds,
    UpdateInstrument,
)
from carbonex.engine.market.schedule import step_at
from driver import Driver, admitted
from streams import streams
from supervisor import Supervisor, thresholds


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Applied, Command, Event
    from carbonex.engine.market.schedule import Schedule
    from streams import Stream

NAMES = ("maker", "taker", "third")


def test_blocks_count_between_two_participants_and_for_nothing_else() -> None:
    market = _market(
        Thresholds(
            reverse_quantity=100,
            vwap_deviation=1,
            vwap_volume=0,
            volume_share=1,
            share_volume=0,
        )
    )
    assert _alerts(market, *_block(1, "maker", SELL, 100, 6000, "taker")) == []
    alerts = _alerts(market, *_block(2, "maker", BUY, 100, 9000, "taker"))
    kind, names = AlertKind.REVERSE_TRADES, ("CEA", "maker", "taker")
    assert alerts == [Alert(kind, *names, 100, 100, (), (1, 2))]


def test_a_block_may_be_the_high_of_two_trades() -> None:
    market = _market(Thresholds(high_low=100))
    block = _block(1, "taker", SELL, 1000, 6600, "maker")
    assert _alerts(market, *block, _order("maker", SELL, 1, 6000)) == []
    alerts = _alerts(market, _order("taker", BUY, 1, 6000))
    kind, names = AlertKind.HIGH_LOW, ("CEA", "maker", "taker")
    assert alerts == [Alert(kind, *names, 100, 100, (1, 2), (1, 2))]


def test_of_many_quick_cancels_the_first_twenty_are_told_singly() -> None:
    """Then whenever their number has doubled, with the newest twenty."""
    market = _market(Thresholds(large_order=5))
    told: list[tuple[int, ...]] = []
    for number in range(1, 100):
        cancel = CancelOrder("", "maker", number)
        alerts = _alerts(market, _order("maker", BUY, 5, 6000), cancel)
        told += [alert.orders for alert in alerts]
    assert told == [
        *((number,) for number in range(1, 21)),
        tuple(range(21, 41)),
        tuple(range(61, 81)),
    ]


def test_a_storm_of_deviating_trades_is_bounded_for_each_taker() -> None:
    market = _market(Thresholds(vwap_deviation=90, vwap_volume=1))
    opening = [_order("maker", SELL, 900, 6000), _order("taker", BUY, 900, 6000)]
    assert _alerts(market, *opening) == []
    assert _alerts(market, *[_order("maker", SELL, 1, 6600)] * 90) == []
    alerts = _alerts(market, _order("taker", BUY, 45, 6600))
    assert [len(alert.trades) for alert in alerts] == [1] * 20 + [20]
    assert alerts[-1].trades == tuple(range(22, 42))
    assert (alerts[-1].value, alerts[-1].limit) == (95, 90)
    assert len(_alerts(market, _order("third", BUY, 45, 6600))) == 21


# All orders are young, or none is: of what was due before a batch only the engine
# knows when it happened.
ageless = thresholds.map(
    lambda limits: replace(
        limits, quick_cancel_ms=10**12 if limits.quick_cancel_ms else 0
    )
)


@given(stream=streams(), limits=ageless)
def test_supervision_changes_nothing_and_finds_what_adding_up_the_day_finds(
    stream: Stream, limits: Thresholds
) -> None:
    """The same batches again, but with thresholds."""
    driver, office = Driver(), Office(limits)
    for before, batch in zip(stream.applied, stream.driver.batches[1:], strict=True):
        office.schedules = {
            name: instrument.schedule
            for name, instrument in driver.exchange.instruments.items()
        }
        applied = driver.repeat(batch, *(_with(limits, c) for c in batch.commands))
        pairs = zip(_lists(before), _lists(applied), strict=True)
        for unsupervised, supervised in pairs:
            told = [event for event in supervised if not isinstance(event, Alert)]
            alerts = [event for event in supervised if isinstance(event, Alert)]
            assert _trading(told) == _trading(unsupervised)
            expected = office.read(applied.time_ns, told)
            assert sorted(alerts, key=repr) == sorted(expected, key=repr)


class Office:
    """A supervisor for each instrument."""

    def __init__(self, limits: Thresholds) -> None:
        self.limits = limits
        self.owners: dict[str, str] = {}
        self.supervisors: list[Supervisor] = []
        self.schedules: dict[str, Schedule] = {}  # as of before the batch

    def read(self, now_ns: int, events: Iterable[Event]) -> list[Alert]:
        alerts: list[Alert] = []
        for event in events:
            if isinstance(event, AccountOpened):
                self.owners[event.terms.account] = event.terms.participant
            elif isinstance(event, InstrumentListed):
                name = event.terms.instrument
                closes = partial(self._closes, name)
                supervisor = Supervisor(name, self.limits, self.owners, closes)
                self.supervisors.append(supervisor)
            for supervisor in self.supervisors:
                if isinstance(event, DayBegun):
                    supervisor.begin_day()
                alerts += supervisor.read(now_ns, [event])
        return alerts

    def _closes(self, name: str, time_ns: int) -> bool:
        return step_at(self.schedules[name], time_ns).phase is Phase.CLOSED


def _market(limits: Thresholds) -> Driver:
    """Return an open trading day of one instrument, and three traders."""
    driver = Driver()
    terms = ListInstrument("", "CEA", blocks=BlockTerms(100), thresholds=limits)
    commands: list[Command] = [terms]
    for name in NAMES:
        commands += admitted(name, 10**9, 10**6)
    assert _alerts(driver, *commands, BeginDay("", 20250106)) == []
    return driver


def _alerts(driver: Driver, *commands: Command) -> list[Alert]:
    """Return the alerts that ``commands`` raise; none of them is refused."""
    events = [event for command in commands for event in driver.do(command)]
    assert Rejected not in map(type, events), events
    return [event for event in events if isinstance(event, Alert)]


def _order(account: str, side: Side, quantity: int, price: int) -> PlaceOrder:
    return PlaceOrder("", account, "CEA", side, price, quantity)


def _block(
    number: int, account: str, side: Side, quantity: int, price: int, other: str
) -> list[Command]:
    """Return the commands that make a block: ``other`` accepts."""
    ref = f"block-{number}"
    propose = ProposeBlock("", account, "CEA", side, price, quantity, other, ref)
    return [propose, AcceptBlock("", other, number, ref)]


def _with(limits: Thresholds, command: Command) -> Command:
    if isinstance(command, ListInstrument):
        return replace(command, thresholds=limits)
    if isinstance(command, UpdateInstrument):
        return replace(command, terms=replace(command.terms, thresholds=limits))
    return command


def _lists(applied: Applied) -> list[list[Event]]:
    return [applied.due, *applied.replies]


def _trading(events: Iterable[Event]) -> list[Event]:
    """Leave out alerts, and what tells of an instrument's terms."""
    kinds = (Alert, InstrumentListed, InstrumentUpdated)
    return [event for event in events if not isinstance(event, kinds)]
