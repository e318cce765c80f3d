"""What holds for every stream of commands, sound or absurd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import AdvanceTime, Exchange, Rejected
from driver import Driver
from model import Comparison
from streams import streams


if TYPE_CHECKING:
    from carbonex.engine import Applied, Command, Event
    from streams import Stream


@given(stream=streams())
def test_the_model_does_the_same(stream: Stream) -> None:
    again, model = Driver(), Comparison()
    for batch in stream.driver.batches[1:]:
        model.read(batch, again.repeat(batch, *batch.commands))
        again.exchange.check()
        model.compare(again.exchange)


@given(stream=streams(), size=st.integers(1, 4))
def test_how_commands_are_gathered_into_batches_makes_no_difference(
    stream: Stream, size: int
) -> None:
    driver = stream.driver
    other, events = Driver(), []
    for batch in driver.batches[1:]:
        for chunk in _chunks(batch.commands, size):
            events += _flat(other.repeat(batch, *chunk))
    assert events == [event for batch in stream.applied for event in _flat(batch)]
    # A new epoch on both sides, and their batch counters are equal again.
    driver.reopen()
    other.reopen()
    assert other.exchange.digest() == driver.exchange.digest()


@given(stream=streams())
def test_the_short_way_of_a_plain_order_is_the_long_one(stream: Stream) -> None:
    driver, long = stream.driver, Driver()
    events: list[Event] = []
    for batch in driver.batches[1:]:
        for command in batch.commands:
            for instrument in long.exchange.instruments.values():
                instrument.plain = False  # each of its orders has to go the long way
            events += _flat(long.repeat(batch, command))
    assert events == [event for batch in stream.applied for event in _flat(batch)]
    for instrument in long.exchange.instruments.values():
        instrument.enter(instrument.phase, blocks=instrument.blocks)
    long.exchange.check()
    driver.reopen()
    long.reopen()
    assert long.exchange.digest() == driver.exchange.digest()


@given(stream=streams())
def test_a_refused_command_leaves_the_digest_alone(stream: Stream) -> None:
    driver = stream.driver
    for _ in range(20):
        twin = Exchange.restore(driver.exchange.snapshot())
        applied = driver.apply(stream.command())
        twin.apply(replace(driver.batches[-1], commands=[AdvanceTime("")]))
        if Rejected in map(type, applied.replies[0]):
            assert driver.exchange.digest() == twin.digest()


@given(stream=streams())
def test_a_repeated_client_order_id_changes_nothing(stream: Stream) -> None:
    driver = stream.driver
    for account in list(driver.exchange.accounts.values()):
        for order in list(account.orders.values()):
            if not order.command.client_order_id:
                continue
            if driver.exchange.trader(order.command.key, account.name) is None:
                continue  # its key was revoked
            twin = Exchange.restore(driver.exchange.snapshot())
            (answer,) = driver.apply(order.command).replies[0]
            assert type(answer).__name__ == "OrderStands"
            twin.apply(replace(driver.batches[-1], commands=[AdvanceTime("")]))
            assert driver.exchange.digest() == twin.digest()


def _chunks(commands: list[Command], size: int) -> list[list[Command]]:
    starts = range(0, max(len(commands), 1), size)
    return [commands[start : start + size] for start in starts]


def _flat(applied: Applied) -> list[Event]:
    return [*applied.due, *(event for reply in applied.replies for event in reply)]
