"""The instrument channel: terms, limits and phases, each change once."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    AdvanceTime,
    BeginDay,
    BlockTerms,
    CallTerms,
    CancelDay,
    Command,
    CompositeMethod,
    DelistInstrument,
    Fees,
    HaltInstrument,
    ListInstrument,
    PhaseChanged,
    ResumeInstrument,
    SetComposite,
    UpdateInstrument,
)
from carbonex.engine.market.schedule import SECOND_NS, midnight_ns
from carbonex.gateway.feed.rendering import instrument_of
from carbonex.wire import channels
from feed_stage import DAY_ENDS_NS, Client, Stage


FRIDAY, MONDAY = 20250103, 20250106
CEA = ListInstrument(
    "",
    "CEA25",
    reference=7463,
    band_permille=100,
    sessions=((34_200, 41_400), (46_800, 54_000)),  # 09:30-11:30, 13:00-15:00
    multi_day=False,
    resale_days=1,
    blocks=BlockTerms(100_000, 300, ((46_800, 54_000),)),
)


def at(stage: Stage, date: int, wall: str) -> None:
    """Let the clock of Shanghai come to ``wall`` of ``date``."""
    hours, minutes = map(int, wall.split(":"))
    stage.now_ns = midnight_ns(date) + (hours * 60 + minutes) * 60 * SECOND_NS
    stage.do(AdvanceTime(""))


def micros(date: int, wall: str) -> int:
    hours, minutes = map(int, wall.split(":"))
    return (midnight_ns(date) // SECOND_NS + (hours * 60 + minutes) * 60) * 1_000_000


def told(client: Client) -> list[tuple[str, str, int, bool]]:
    """Return the kind of each message, phase, next change and whether blocks trade."""
    return [
        (kind, each.phase, each.next_change, each.blocks_open)
        for kind, each in client.read(channels.Instrument)
    ]


def test_the_phases_of_a_trading_day_each_with_its_end() -> None:
    stage = Stage()
    stage.do(CEA)
    at(stage, FRIDAY, "09:00")
    client = Client(stage).follow("instrument", instrument="CEA25")
    assert told(client) == [("snapshot", "closed", 0, False)]
    stage.do(BeginDay("", FRIDAY))
    for wall in ("09:29", "09:30", "11:30", "13:00", "14:00", "15:00"):
        at(stage, FRIDAY, wall)
    assert told(client) == [
        ("update", "pre_open", micros(FRIDAY, "09:30"), False),
        ("update", "trading", micros(FRIDAY, "11:30"), False),
        ("update", "break", micros(FRIDAY, "13:00"), False),
        ("update", "trading", micros(FRIDAY, "15:00"), True),
        ("update", "closed", 0, False),
    ]


def test_the_day_brings_limits_and_tells_them_once() -> None:
    stage = Stage()
    stage.do(CEA, ListInstrument("", "X", product="X"))
    at(stage, FRIDAY, "09:00")
    client = Client(stage).follow("instrument")
    before = {each.instrument: each for _, each in client.read(channels.Instrument)}
    assert (before["CEA25"].tradable, before["CEA25"].limit_up) == (False, None)
    stage.do(BeginDay("", FRIDAY))
    first, second = client.read(channels.Instrument)
    cea = first[1]
    assert (cea.instrument, cea.tradable, cea.date) == ("CEA25", True, "2025-01-03")
    assert (cea.previous_close, cea.limit_down, cea.limit_up) == (
        "74.63",
        "67.17",
        "82.09",
    )
    assert (cea.block_limit_down, cea.block_limit_up) == ("52.24", "97.02")
    plain = second[1]
    assert (plain.instrument, plain.phase, plain.date) == ("X", "trading", "2025-01-03")
    assert (plain.previous_close, plain.limit_up, plain.block_limit_up) == (None,) * 3


def test_the_end_of_the_day_takes_the_date_away() -> None:
    stage = Stage()
    stage.do(CEA)
    at(stage, FRIDAY, "09:00")
    stage.do(BeginDay("", FRIDAY, midnight_ns(FRIDAY) + 16 * 3600 * SECOND_NS))
    at(stage, FRIDAY, "15:00")
    client = Client(stage).follow("instrument")
    [(_, closed)] = client.read(channels.Instrument)
    assert (closed.phase, closed.date) == ("closed", "2025-01-03")
    at(stage, FRIDAY, "16:00")
    [(_, ended)] = client.read(channels.Instrument)
    assert ended == replace(closed, date=None, next_change=0)


def test_instruments_tell_all_their_terms() -> None:
    stage = Stage()
    stage.do(CEA)
    client = Client(stage).follow("instrument")
    [frame] = client.frames()
    [data] = frame.data
    assert data["sessions"] == [["09:30", "11:30"], ["13:00", "15:00"]]
    assert data["blocks"] == {
        "min_quantity": 100_000,
        "band_permille": 300,
        "sessions": [["13:00", "15:00"]],
    }
    assert data["fees"] == {"maker": 0, "taker": 0, "block": 0, "auction": 0}
    assert data["calls"] == {"open_seconds": 0, "resume_seconds": 0}
    assert (data["reference"], data["tick"], data["lot"]) == ("74.63", "0.01", 1)
    assert (data["multi_day"], data["resale_days"]) == (False, 1)
    assert data["next_terms"] is None


def test_new_terms_are_announced_and_hold_from_the_next_day_on() -> None:
    stage = Stage()
    stage.do(CEA)
    at(stage, FRIDAY, "09:00")
    stage.do(BeginDay("", FRIDAY))
    client = Client(stage).follow("instrument", instrument="CEA25")
    [(_, before)] = client.read(channels.Instrument)
    cheaper = replace(CEA, key="", fees=Fees(10, 20), band_permille=200)
    stage.do(UpdateInstrument("", cheaper))
    [(_, announced)] = client.read(channels.Instrument)
    assert replace(announced, next_terms=None) == before
    assert announced.next_terms is not None
    assert announced.next_terms.fees == channels.Fees(10, 20)
    stage.do(UpdateInstrument("", cheaper))
    assert client.frames() == [], "nothing new"
    at(stage, FRIDAY, "15:00")
    at(stage, MONDAY, "09:00")
    client.frames()
    stage.do(BeginDay("", MONDAY))
    [(_, adopted)] = client.read(channels.Instrument)
    assert (adopted.fees, adopted.next_terms) == (channels.Fees(10, 20), None)
    assert (adopted.limit_down, adopted.limit_up) == ("59.70", "89.56")


def test_terms_that_wait_for_a_price_are_told() -> None:
    stage = Stage()
    stage.do(replace(CEA, reference=0, band_permille=0))
    stage.do(replace(CEA, instrument="CEA24", band_permille=0))
    stage.do(UpdateInstrument("", replace(CEA, reference=0)))
    stage.do(replace(CEA, instrument="CEA23", reference=0))
    at(stage, FRIDAY, "09:00")
    stage.do(DelistInstrument("", "CEA24"))
    client = Client(stage).follow("instrument")
    client.frames()
    stage.do(BeginDay("", FRIDAY))
    told = {item.instrument: item for _, item in client.read(channels.Instrument)}
    assert {name: item.awaits_price for name, item in told.items()} == {
        "CEA25": True,
        "CEA24": False,
        "CEA23": True,
    }
    former, new = told["CEA25"], told["CEA23"]
    assert (former.phase, former.band_permille) == ("pre_open", 0)
    assert former.next_terms is not None
    assert (new.phase, new.tradable) == ("closed", False)
    stage.do(UpdateInstrument("", CEA))
    [(_, updated)] = client.read(channels.Instrument)
    assert not updated.awaits_price


@pytest.mark.parametrize("date", [0, MONDAY])
def test_terms_that_wait_again_are_told_with_the_day_that_is_taken_back(
    date: int,
) -> None:
    stage = Stage()
    stage.do(CEA)
    stage.do(UpdateInstrument("", replace(CEA, band_permille=200), date))
    stage.do(replace(CEA, instrument="CEA23", product="P", band_permille=0))
    stage.do(replace(CEA, instrument="CEA22", reference=0, product="P"))
    at(stage, MONDAY, "08:00")
    client = Client(stage).follow("instrument")
    before = {item.instrument: item for _, item in client.read(channels.Instrument)}
    stage.do(BeginDay("", MONDAY))
    told = {item.instrument: item for _, item in client.read(channels.Instrument)}
    assert (told["CEA25"].band_permille, told["CEA25"].next_terms) == (200, None)
    assert told["CEA22"].tradable
    stage.do(DelistInstrument("", "CEA23"))
    stage.do(CancelDay(""))
    told |= {item.instrument: item for _, item in client.read(channels.Instrument)}
    assert before["CEA25"].next_terms is not None
    for name in ("band_permille", "next_terms", "next_terms_date", "awaits_price"):
        assert getattr(told["CEA25"], name) == getattr(before["CEA25"], name), name
    assert (told["CEA22"].tradable, told["CEA22"].awaits_price) == (False, True)


def test_another_composite_is_announced_for_all_its_instruments() -> None:
    stage = Stage()
    stage.do(CEA)
    stage.do(replace(CEA, instrument="CEA24"))
    at(stage, FRIDAY, "09:00")
    stage.do(BeginDay("", FRIDAY))
    client = Client(stage).follow("instrument")
    assert methods(client) == [("CEA25", "mean", None), ("CEA24", "mean", None)]
    stage.do(SetComposite("", "CEA", CompositeMethod.NEWEST))
    announced = [("CEA25", "mean", "newest"), ("CEA24", "mean", "newest")]
    assert methods(client) == announced
    stage.do(SetComposite("", "CEA", CompositeMethod.MEAN))
    assert methods(client) == [("CEA25", "mean", None), ("CEA24", "mean", None)]
    stage.do(SetComposite("", "CEA", CompositeMethod.NEWEST))
    assert methods(client) == announced
    at(stage, FRIDAY, "15:00")
    at(stage, MONDAY, "09:00")
    client.frames()
    stage.do(BeginDay("", MONDAY))
    assert methods(client) == [("CEA25", "newest", None), ("CEA24", "newest", None)]


def methods(client: Client) -> list[tuple[str, str, str | None]]:
    """Return by which method the composite goes, and will go, as clients are told."""
    return [
        (each.instrument, each.composite, each.next_composite)
        for _, each in client.read(channels.Instrument)
    ]


def test_a_halt_has_no_known_end_and_a_call_auction_has() -> None:
    stage = Stage()
    stage.do(replace(CEA, calls=CallTerms(resume_seconds=600)))
    at(stage, FRIDAY, "09:00")
    stage.do(BeginDay("", FRIDAY))
    at(stage, FRIDAY, "10:00")
    client = Client(stage).follow("instrument")
    client.frames()
    stage.do(HaltInstrument("", "CEA25"))
    at(stage, FRIDAY, "11:00")
    stage.do(ResumeInstrument("", "CEA25"))
    at(stage, FRIDAY, "11:10")
    assert told(client) == [
        ("update", "halted", 0, False),
        ("update", "call", micros(FRIDAY, "11:10"), False),
        ("update", "trading", micros(FRIDAY, "11:30"), False),
    ]


def test_a_halt_and_its_end_in_one_batch_are_two_messages() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("instrument", instrument="CEA25")
    client.frames()
    stage.do(HaltInstrument("", "CEA25"), ResumeInstrument("", "CEA25"))
    assert [phase for _, phase, _, _ in told(client)] == ["halted", "trading"]


def test_phases_that_time_went_through_at_once_are_all_told() -> None:
    stage = Stage()
    stage.do(CEA)
    at(stage, FRIDAY, "09:00")
    stage.do(BeginDay("", FRIDAY))
    client = Client(stage).follow("instrument")
    client.frames()
    at(stage, FRIDAY, "14:00")
    phases = [phase for _, phase, _, _ in told(client)]
    assert phases == ["trading", "break", "trading"]


def test_delisting_is_told_once() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("instrument", instrument="CEA25")
    client.frames()
    stage.do(DelistInstrument("", "CEA25"))
    [(_, gone)] = client.read(channels.Instrument)
    assert (gone.phase, gone.tradable) == ("closed", False)


def test_who_joins_after_the_last_one_left_is_told_the_next_change() -> None:
    stage = Stage().set_up()
    first = Client(stage).follow("instrument", instrument="CEA25")
    stage.do(HaltInstrument("", "CEA25"))
    stage.do(ResumeInstrument("", "CEA25"))  # told last: trading
    first.leave()
    stage.do(HaltInstrument("", "CEA25"))  # told to nobody
    second = Client(stage).follow("instrument", instrument="CEA25")
    second.frames()
    stage.do(ResumeInstrument("", "CEA25"))
    assert [phase for _, phase, _, _ in told(second)] == ["trading"]


class Watcher:
    """A client that knows every instrument as it was told last."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.name = name
        self.client = Client(stage).follow("instrument", instrument=name)
        self.known: dict[str, channels.Instrument] = {}

    def read(self) -> None:
        told = self.client.read(channels.Instrument)
        # Who joins in the midst of a batch may know its outcome already.
        joined = told[:1] and told[0][0] == "snapshot" and len(told) > 1
        for _, each in told:
            assert joined or self.known.get(each.instrument) != each, "told twice"
            self.known[each.instrument] = each

    def check(self, stage: Stage) -> None:
        """After a batch everything is as the engine has it."""
        self.read()
        exchange = stage.exchange
        names = [self.name] if self.name else list(exchange.instruments)
        assert set(self.known) == set(names)
        for name in names:
            instrument = exchange.instruments[name]
            phase = _phase(exchange_told(stage), name)
            assert self.known[name] == instrument_of(instrument, phase, exchange.day)


def exchange_told(stage: Stage) -> list[PhaseChanged]:
    return [
        event
        for _, _, events in stage.told
        for event in events
        if isinstance(event, PhaseChanged)
    ]


def _phase(changes: list[PhaseChanged], name: str) -> PhaseChanged:
    return [change for change in changes if change.instrument == name][-1]


def _operators_command(random: Random, stage: Stage) -> Command:
    """Return something that an operator may do, sensible or not."""
    name = random.choice(list(stage.exchange.instruments))
    listed = stage.exchange.instruments[name].terms
    kind = random.randrange(10)
    if kind == 9:
        return SetComposite("", listed.product, random.choice([*CompositeMethod]))
    if kind == 0:
        return ListInstrument("", f"X{random.randrange(50)}")
    if kind == 1:
        return replace(CEA, instrument=f"Y{random.randrange(50)}")
    if kind == 2:
        terms = replace(listed, fees=Fees(random.randrange(3)))
        return UpdateInstrument("", terms)
    if kind == 3 and random.random() < 0.2:
        return DelistInstrument("", name)
    if kind < 6:
        return HaltInstrument("", name)
    if kind < 8:
        return ResumeInstrument("", name)
    ends_ns = stage.now_ns + random.choice((1, 5 * SECOND_NS, DAY_ENDS_NS))
    return BeginDay("", stage.exchange.last_day + 1, ends_ns)


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 30))
def test_whatever_operators_do_is_told_once_and_right(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    watchers = [Watcher(stage, ""), Watcher(stage, "CEA25")]
    for _ in range(steps):
        stage.now_ns += random.choice((0, 1, SECOND_NS, 3600 * SECOND_NS))
        if random.random() < 0.1:
            stage.now_ns = max(stage.now_ns, stage.exchange.day_ends_ns)
        commands = [
            _operators_command(random, stage) for _ in range(random.randint(1, 4))
        ]

        def between(index: int) -> None:
            if index == random.randrange(8):
                name = random.choice(("", *list(stage.exchange.instruments)))
                watchers.append(Watcher(stage, name))

        stage.do(*commands, between=between)
        for watcher in watchers:
            watcher.check(stage)
        if random.random() < 0.1 and len(watchers) > 1:
            watchers.pop(0).client.leave()
