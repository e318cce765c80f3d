"""The pipeline without a log: what waits, what is in flight, who hears of it when."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    VENUE_KEY,
    AddKey,
    AdvanceTime,
    Batch,
    BeginDay,
    CancelAll,
    Checkpoint,
    Command,
    DayEnded,
    Event,
    Exchange,
    GatewayOpened,
    ListInstrument,
    ParticipantRegistered,
    Permission,
    PlaceOrder,
    ProductBulletin,
    RegisterParticipant,
    Rejected,
    SessionClosed,
    SessionOpened,
    Side,
    Volumes,
    work,
)
from carbonex.engine.snapshot import FORMAT
from carbonex.gateway.venue import Venue, opening_epoch
from carbonex.wire.errors import Code
from driver import admitted
from market import CEA


@dataclass
class Ear:
    """A submitter and a reader that write down what they hear into one list."""

    name: str
    heard: list[tuple[object, ...]] = field(default_factory=list)

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        self.heard.append((self.name, token, seq, time_ns, events))

    def published(self, seq: int, time_ns: int, events: list[Event]) -> None:
        self.heard.append(("reader", seq, time_ns, events))


def register(name: str, key: str = VENUE_KEY) -> RegisterParticipant:
    return RegisterParticipant(key, name)


def new_venue(
    exchange: Exchange | None = None, max_waiting: int = 100, max_batch: int = 10
) -> Venue:
    exchange = exchange or Exchange()
    epoch = opening_epoch(exchange, gateway=7)
    return Venue(exchange, "test", 7, epoch, max_waiting, max_batch)


def commit(venue: Venue, now_ns: int) -> Batch:
    batch = venue.take_batch(now_ns)
    assert batch is not None
    venue.committed(batch, venue.position + 1, b"chain %d" % venue.position)
    return batch


def open_venue(max_waiting: int = 100, max_batch: int = 10) -> Venue:
    venue = new_venue(max_waiting=max_waiting, max_batch=max_batch)
    commit(venue, 1)
    return venue


def test_the_first_batch_opens_the_epoch_and_nothing_else_is_in_it() -> None:
    venue = new_venue()
    venue.submit(None, 0, register("acme"))
    assert commit(venue, 5) == Batch(5, 7, 1, 0, [GatewayOpened(VENUE_KEY)])
    assert commit(venue, 6) == Batch(6, 7, 1, 1, [register("acme")])


def test_each_start_opens_a_newer_epoch() -> None:
    venue = open_venue()
    again = new_venue(venue.exchange)
    assert (again.epoch, commit(again, 9).n) == (2, 0)


def test_one_batch_is_in_flight_at_most() -> None:
    venue = open_venue()
    venue.submit(None, 0, register("a"))
    batch = venue.take_batch(2)
    venue.submit(None, 0, register("b"))
    assert venue.take_batch(3) is None
    assert not venue.idle

    assert batch is not None
    venue.committed(batch, 2, b"")
    assert commit(venue, 4).commands == [register("b")]
    assert venue.take_batch(5) is None
    assert venue.idle


def test_a_batch_holds_what_arrived_meanwhile_up_to_its_cap() -> None:
    venue = open_venue(max_batch=3)
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        venue.submit(None, 0, register(name))
    sizes = [len(commit(venue, 2).commands) for _ in range(2)]
    assert sizes == [3, 2]
    assert list(venue.exchange.participants) == names


def test_time_never_goes_back() -> None:
    venue = open_venue()
    venue.submit(None, 0, register("a"))
    assert commit(venue, 50).time_ns == 50
    venue.submit(None, 0, register("b"))
    assert commit(venue, 20).time_ns == 50


def test_nothing_is_applied_or_answered_before_it_is_committed() -> None:
    venue, ear = open_venue(), Ear("submitter")
    venue.readers.append(ear)
    venue.submit(ear, 1, register("acme"))
    batch = venue.take_batch(2)
    assert batch is not None
    assert "acme" not in venue.exchange.participants
    assert ear.heard == []

    venue.committed(batch, 2, b"hash")
    assert "acme" in venue.exchange.participants
    assert (venue.position, venue.chain) == (2, b"hash")


def test_a_watcher_hears_of_its_kind_alone_between_readers_and_origin() -> None:
    venue, ear = open_venue(), Ear("acme")
    venue.readers.append(ear)
    venue.watchers[Rejected] = lambda event: ear.heard.append(("watcher", event))
    venue.submit(ear, 1, register("acme"))
    venue.submit(ear, 2, register("acme"))  # refused: there is one
    commit(venue, 2)
    who = [heard[0] for heard in ear.heard]
    assert who == ["reader", "acme", "reader", "watcher", "acme"]
    (_, refusal) = ear.heard[3]
    assert ear.heard[4][-1] == [refusal]


def test_readers_hear_of_each_command_before_its_origin() -> None:
    venue, ear = open_venue(), Ear("acme")
    other = Ear("umbra", ear.heard)
    venue.readers.append(ear)
    venue.submit(ear, 11, register("acme"))
    venue.submit(other, 12, register("umbra"))
    venue.submit(ear, 13, register("acme"))
    commit(venue, 2)
    first, second = [ParticipantRegistered("acme")], [ParticipantRegistered("umbra")]
    assert ear.heard[:4] == [
        ("reader", 2, 2, first),
        ("acme", 11, 2, 2, first),
        ("reader", 3, 2, second),
        ("umbra", 12, 3, 2, second),
    ]
    (_, seq, _, refusal), answer = ear.heard[4:]
    assert seq == 4
    assert isinstance(refusal, list)
    assert type(refusal[0]) is Rejected
    assert answer == ("acme", 13, 4, 2, refusal)


VENUE_BULLETIN = ProductBulletin(
    "", 20261124, 0, 0, 0, 0, 0, Volumes(), Volumes(), Volumes()
)


def test_what_is_due_comes_in_a_batch_of_its_own_before_those_that_wait() -> None:
    venue, ear = open_venue(), Ear("submitter")
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20261124, 100))
    commit(venue, 2)
    venue.readers.append(ear)
    venue.submit(ear, 1, register("late"))
    assert commit(venue, 150).commands == [AdvanceTime(VENUE_KEY)]
    assert commit(venue, 151).commands == [register("late")]
    assert ear.heard == [
        ("reader", 3, 150, [VENUE_BULLETIN, DayEnded(20261124)]),
        ("reader", 3, 150, []),
        ("reader", 4, 151, [ParticipantRegistered("late")]),
        ("submitter", 1, 4, 151, [ParticipantRegistered("late")]),
    ]


def test_what_goes_on_from_batch_to_batch_goes_with_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An idle venue goes on with it at once, one batch after another."""
    monkeypatch.setattr(work, "SLICE", 2)
    venue = open_venue()
    buy = PlaceOrder(VENUE_KEY, "a", "CEA", BUY, 7000, 1)
    venue.submit(None, 0, ListInstrument(VENUE_KEY, "CEA"))
    for command in admitted("a", 10**9, 0):
        venue.submit(None, 0, command)
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20261124, 10**9))
    for _ in range(7):
        venue.submit(None, 0, buy)
    venue.submit(None, 0, CancelAll(VENUE_KEY, "a"))
    while venue.waiting:
        commit(venue, 2)
    assert len(venue.exchange.accounts["a"].orders) == 5
    venue.submit(None, 0, buy)
    assert commit(venue, 3).commands == [buy]
    assert commit(venue, 4).commands == [AdvanceTime(VENUE_KEY)]
    assert commit(venue, 4).commands == [AdvanceTime(VENUE_KEY)]
    assert len(venue.exchange.accounts["a"].orders) == 1, "it came afterwards"
    assert venue.take_batch(5) is None


def test_a_digest_is_of_its_batchs_moment_whatever_became_due_or_came_first() -> None:
    venue = open_venue()
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20261124, 100))
    commit(venue, 2)
    venue.state_digest()
    venue.submit(None, 0, register("late"))
    assert commit(venue, 100).commands == [AdvanceTime(VENUE_KEY)]
    assert commit(venue, 101).commands == [register("late")]
    assert not venue.idle
    digest = venue.exchange.digest()
    assert commit(venue, 102).commands == [Checkpoint(VENUE_KEY, digest, FORMAT)]
    assert venue.idle
    assert venue.take_batch(103) is None


def test_an_idle_venue_lets_time_pass_when_something_is_due() -> None:
    venue, ear = open_venue(), Ear("")
    venue.submit(None, 0, BeginDay(VENUE_KEY, 20261124, 100))
    commit(venue, 2)
    venue.readers.append(ear)
    assert venue.take_batch(99) is None
    assert commit(venue, 100).commands == [AdvanceTime(VENUE_KEY)]
    assert ear.heard == [
        ("reader", 3, 100, [VENUE_BULLETIN, DayEnded(20261124)]),
        ("reader", 3, 100, []),
    ]
    assert venue.take_batch(101) is None


def test_a_command_of_the_venues_own_can_go_first() -> None:
    venue, ear = open_venue(), Ear("submitter")
    venue.submit(ear, 1, register("acme"))
    begin = BeginDay(VENUE_KEY, 20261124, 100)
    venue.submit_first(begin)
    assert commit(venue, 2).commands == [begin, register("acme")]
    assert ear.heard == [("submitter", 1, 3, 2, [ParticipantRegistered("acme")])]


def test_batches_of_others_are_for_readers_only() -> None:
    """Recovery replays the log through the very same path."""
    source = open_venue()
    source.submit(None, 0, register("acme"))
    batch = source.take_batch(2)
    assert batch is not None
    opening = Batch(1, 7, 1, 0, [GatewayOpened(VENUE_KEY)])

    replica, ear = new_venue(), Ear("")
    replica.readers.append(ear)
    replica.committed(opening, 1, b"1")
    replica.committed(batch, 2, b"2")
    assert ear.heard == [
        ("reader", 1, 1, []),
        ("reader", 2, 2, [ParticipantRegistered("acme")]),
    ]
    assert not replica.committed(batch, 3, b"3").accepted
    assert len(ear.heard) == 2


ORDER = PlaceOrder("k", "acme-1", "CEA25", Side.BUY, 7463, 1)
CANCEL = CancelAll("k", "acme-1")
ADD_KEY = AddKey("k", "acme", "acme", b"\0" * 32, Permission.READ)
OWN = Checkpoint(VENUE_KEY, b"")


@pytest.mark.parametrize(
    ("state", "command", "code"),
    [
        ("open", ORDER, None),
        ("full queue", ORDER, Code.BUSY),
        ("full queue", CANCEL, None),
        ("queue full of cancels", CANCEL, Code.BUSY),
        ("queue full of cancels", OWN, None),
        ("full queue", OWN, None),
        ("log full", ORDER, Code.LOG_FULL),
        ("log full", ADD_KEY, Code.LOG_FULL),
        ("log full", CANCEL, None),
        ("log full", OWN, None),
        ("draining", ORDER, Code.SHUTTING_DOWN),
        ("draining", CANCEL, Code.SHUTTING_DOWN),
        ("draining", OWN, None),
    ],
)
def test_what_is_taken_depends_on_the_venues_state(
    state: str, command: Command, code: Code | None
) -> None:
    venue = open_venue(max_waiting=1)
    venue.log_full = state == "log full"
    venue.draining = state == "draining"
    if "queue" in state:
        venue.submit(None, 0, register("a", key="k"))
    if state == "queue full of cancels":
        venue.submit(None, 0, CANCEL)
    waiting = venue.waiting

    assert venue.refusal(command) is code
    assert venue.submit(None, 0, command) is (code is None)
    assert venue.waiting == waiting + (code is None)


def test_a_refused_command_is_never_logged_and_room_comes_back() -> None:
    venue, ear = open_venue(max_waiting=2, max_batch=1), Ear("submitter")
    taken = [venue.submit(ear, i, register(f"p{i}", key="k")) for i in range(3)]
    assert taken == [True, True, False]
    assert venue.refusal(ORDER) is Code.BUSY
    commit(venue, 2)
    assert venue.refusal(ORDER) is None
    assert venue.refusal(ORDER, 2) is Code.BUSY
    commit(venue, 3)
    assert [token for _, token, *_ in ear.heard] == [0, 1]
    assert venue.exchange.seq == 3


def test_a_venue_that_is_behind_takes_half_of_what_waits() -> None:
    """However few are to be written together else: it has to catch up."""
    venue = open_venue(max_waiting=100, max_batch=10)
    for i in range(60):
        venue.submit(None, 0, register(f"p{i}"))
    sizes = []
    while venue.waiting:
        batch = venue.take_batch(2)
        assert batch is not None
        sizes.append(len(batch.commands))
        venue.committed(batch, venue.position + 1, b"")
    assert sizes == [30, 15, 10, 5]


# Turns: what does not fit into the next batch.


def order_of(key: str, name: str = "") -> Command:
    return PlaceOrder(key, "a", CEA, BUY, 100, 1, client_order_id=name)


def furnished(max_waiting: int = 80, max_batch: int = 4) -> Venue:
    """Return a venue with the participants p0 to p9, whose keys are k0 to k9."""
    venue = open_venue(max_waiting=max_waiting, max_batch=max_batch)
    for n in range(10):
        venue.submit(None, 0, register(f"p{n}"))
        venue.submit(
            None,
            0,
            AddKey(VENUE_KEY, f"p{n}", f"k{n}", bytes([n] * 32), Permission.TRADE),
        )
    while venue.waiting:
        batch = venue.take_batch(2)
        assert batch is not None
        venue.committed(batch, venue.position + 1, b"")
    return venue


def keys_of(batch: Batch | None) -> list[str]:
    assert batch is not None
    return [command.key for command in batch.commands]


def test_beyond_the_next_batch_participants_take_turns() -> None:
    venue = furnished()
    for _ in range(20):
        assert venue.submit(None, 0, order_of("k0"))
    for key in ("k1", "k2", "k1"):
        assert venue.submit(None, 0, order_of(key))
    first = venue.take_batch(3)
    assert keys_of(first) == ["k0"] * 5 + ["k1", "k2", "k0", "k1", "k0", "k0"]
    assert first is not None
    venue.committed(first, venue.position + 1, b"")
    assert keys_of(venue.take_batch(4)) == ["k0"] * 6
    assert venue.waiting == 6


def test_a_participants_commands_keep_their_order_whatever_connection() -> None:
    venue = furnished()
    names = [f"n{i}" for i in range(30)]
    for name in names:
        assert venue.submit(None, 0, order_of("k0", name))
        venue.submit(None, 0, order_of("k1"))
    done = []
    while venue.waiting:
        batch = venue.take_batch(3)
        assert batch is not None
        venue.committed(batch, venue.position + 1, b"")
        done += [c.client_order_id for c in batch.commands if c.key == "k0"]  # type: ignore[union-attr]
    assert done == names


def test_what_the_venue_says_of_a_session_comes_in_its_participants_order() -> None:
    """Or orders of a session could come behind its end, and stay open for ever."""
    venue = furnished()
    for _ in range(20):
        venue.submit(None, 0, order_of("k0"))
    opened = SessionOpened(VENUE_KEY, "k0", "s", "c-1")
    closed = SessionClosed(VENUE_KEY, "p0", "s", "c-1")
    for command in (opened, order_of("k0"), closed):
        assert venue.submit(None, 0, command)
    done: list[Command] = []
    while venue.waiting:
        batch = venue.take_batch(3)
        assert batch is not None
        venue.committed(batch, venue.position + 1, b"")
        done += batch.commands
    assert done[-3:] == [opened, order_of("k0"), closed]


@pytest.mark.parametrize("hogs", [1, 3, 9])
def test_however_many_fill_the_queue_the_next_one_finds_room(hogs: int) -> None:
    venue = furnished(max_waiting=2000)
    keys = [f"k{n}" for n in range(hogs)]
    taken = True
    while taken:
        taken = sum(venue.submit(None, 0, order_of(key)) for key in keys) > 0
    assert venue.refusal(order_of(keys[0])) is Code.BUSY
    assert venue.waiting < 2000
    assert venue.refusal(order_of("k9"), 10) is None
    assert venue.submit(None, 0, order_of("k9"))
    shares = dict.fromkeys(keys, 0)
    batch = venue.take_batch(3)
    while batch is not None:
        for key in keys_of(batch):
            if key in shares:
                shares[key] += 1
        venue.committed(batch, venue.position + 1, b"")
        batch = venue.take_batch(3)
    assert max(shares.values()) - min(shares.values()) <= 4


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 5)), max_size=60
    ),
    st.integers(1, 40),
)
def test_what_refusal_promises_submit_keeps(
    steps: list[tuple[int, bool, int]], max_waiting: int
) -> None:
    """A message of many orders is taken whole, or not at all."""
    venue = furnished(max_waiting=max_waiting, max_batch=3)
    for owner, urgent, count in steps:
        command = CancelAll(f"k{owner}", "a") if urgent else order_of(f"k{owner}")
        if venue.refusal(command, count) is None:
            for _ in range(count):
                assert venue.submit(None, 0, command)
        elif (owner + count) % 3 == 0:
            batch = venue.take_batch(3)
            if batch is not None:
                venue.committed(batch, venue.position + 1, b"")
