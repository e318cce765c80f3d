"""Which batches count: each gateway's next one of its newest epoch, no other.

A log may repeat, reorder and deliver late what a gateway published; whatever
is not the next batch must leave the exchange exactly as it was.
"""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    AdvanceTime,
    Batch,
    Command,
    Exchange,
    GatewayOpened,
    RegisterParticipant,
    Rejected,
)
from driver import Driver, replay


def _register(name: str, epoch: int, n: int, gateway: int = 1) -> Batch:
    return Batch(0, gateway, epoch, n, [RegisterParticipant("", name)])


def _opened(epoch: int, gateway: int = 1) -> Batch:
    return Batch(0, gateway, epoch, 0, [GatewayOpened("")])


def _ignored(exchange: Exchange, batch: Batch) -> bool:
    """Apply ``batch``; tell whether it was refused and left no trace."""
    before, seq, time_ns = exchange.digest(), exchange.seq, exchange.time_ns
    applied = exchange.apply(batch)
    if applied.accepted:
        return False
    assert (applied.due, applied.replies) == ([], [])
    assert (exchange.digest(), exchange.seq, exchange.time_ns) == (before, seq, time_ns)
    return True


def test_batches_count_from_their_epochs_opening() -> None:
    exchange = Exchange()
    assert _ignored(exchange, _register("A", epoch=1, n=1))
    assert not _ignored(exchange, _opened(1))
    assert exchange.gateways == {1: (1, 0)}
    assert not _ignored(exchange, _register("A", epoch=1, n=1))
    assert not _ignored(exchange, _register("B", epoch=1, n=2))
    assert exchange.gateways == {1: (1, 2)}
    assert list(exchange.participants) == ["A", "B"]


@pytest.mark.parametrize("n", [-1, 0, 1, 2, 4, 5])
def test_a_repeated_or_early_batch_changes_nothing(n: int) -> None:
    exchange, _ = replay([_opened(1), _register("A", 1, 1), _register("B", 1, 2)])
    assert _ignored(exchange, _register("X", epoch=1, n=n))
    assert not _ignored(exchange, _register("C", epoch=1, n=3))


def test_an_epoch_is_opened_once_and_older_ones_are_over() -> None:
    exchange, _ = replay([_opened(1), _register("A", 1, 1), _opened(2)])
    assert exchange.gateways == {1: (2, 0)}
    assert _ignored(exchange, _opened(2))
    assert _ignored(exchange, _opened(1))
    assert _ignored(exchange, _register("X", epoch=1, n=2))
    assert _ignored(exchange, _register("X", epoch=1, n=1))
    assert _ignored(exchange, _register("X", epoch=3, n=1))
    assert not _ignored(exchange, _register("B", epoch=2, n=1))


def test_gateways_count_apart() -> None:
    exchange, _ = replay([_opened(1), _opened(7, gateway=2), _register("A", 1, 1)])
    assert _ignored(exchange, _register("X", epoch=1, n=1, gateway=2))
    assert not _ignored(exchange, _register("B", epoch=7, n=1, gateway=2))
    assert not _ignored(exchange, _register("C", epoch=1, n=2))
    assert exchange.gateways == {1: (1, 2), 2: (7, 1)}


@pytest.mark.parametrize(
    "commands",
    [
        [],
        [RegisterParticipant("", "X")],
        [GatewayOpened(""), RegisterParticipant("", "X")],
        [RegisterParticipant("", "X"), GatewayOpened("")],
        [GatewayOpened(""), GatewayOpened("")],
    ],
)
def test_an_epochs_first_batch_is_its_opening_alone(commands: list[Command]) -> None:
    assert _ignored(Exchange(), Batch(5, 1, 1, 0, commands))
    exchange, _ = replay([_opened(1)])
    assert _ignored(exchange, Batch(5, 1, 2, 0, commands))


@pytest.mark.parametrize("epoch", [0, -1])
def test_epochs_count_from_one(epoch: int) -> None:
    exchange = Exchange()
    assert _ignored(exchange, _opened(epoch))
    assert _ignored(exchange, _register("X", epoch, 1))


def test_an_ignored_batch_lets_no_time_pass() -> None:
    exchange, _ = replay([_opened(1)])
    assert _ignored(exchange, Batch(1_000, 1, 1, 5, [AdvanceTime("")]))


def test_an_empty_batch_counts_and_does_nothing_but_let_time_pass() -> None:
    exchange, _ = replay([_opened(1)])
    applied = exchange.apply(Batch(9, 1, 1, 1, []))
    assert applied.accepted
    assert (applied.replies, applied.first_seq) == ([], 2)
    assert (exchange.seq, exchange.time_ns) == (1, 9)
    assert exchange.gateways == {1: (1, 1)}


def test_commands_are_numbered_from_one_refused_ones_too() -> None:
    driver = Driver()
    register = RegisterParticipant("", "A")
    applied = driver.apply(register, register, AdvanceTime(""))
    assert applied.first_seq == 2
    assert [type(reply[0]) for reply in applied.replies[1:2]] == [Rejected]
    assert driver.exchange.seq == 4
    assert driver.apply().first_seq == 5


class _Lossy:
    """What a gateway published: its epochs, each batch registering a name."""

    def __init__(self, sizes: list[int]) -> None:
        self.batches = [
            _opened(epoch) if n == 0 else _register(f"{epoch}-{n}", epoch, n)
            for epoch, size in enumerate(sizes, start=1)
            for n in range(size)
        ]


@given(data=st.data(), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_whatever_a_log_repeats_or_reorders_each_batch_counts_once_in_order(
    data: st.DataObject, sizes: list[int]
) -> None:
    published = _Lossy(sizes).batches
    delivered = data.draw(st.lists(st.sampled_from(published), max_size=40))
    exchange = Exchange()
    accepted = [batch for batch in delivered if not _ignored(exchange, batch)]
    places = [published.index(batch) for batch in accepted]
    assert places == sorted(set(places))
    for batch in accepted:
        if batch.n:
            before = accepted[accepted.index(batch) - 1]
            assert (before.epoch, before.n) == (batch.epoch, batch.n - 1)
    twin, _ = replay(accepted)
    assert twin.digest() == exchange.digest()
