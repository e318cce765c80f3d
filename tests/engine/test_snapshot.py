"""Snapshots: canonical, complete, and refused when they are not one."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.engine import (
    BUY,
    SELL,
    AmendOrder,
    BeginDay,
    Deposit,
    Exchange,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
    Side,
)
from carbonex.engine.snapshot import FORMAT
from driver import Driver
from faults.prepared import prepared


if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_digest_is_the_blake2b_of_the_snapshot() -> None:
    exchange = prepared().exchange
    expected = blake2b(exchange.snapshot(), digest_size=32).digest()
    assert exchange.digest() == expected


def test_an_empty_exchange_has_a_snapshot_too() -> None:
    restored = Exchange.restore(Exchange().snapshot())
    assert restored.digest() == Exchange().digest()
    assert (restored.seq, restored.time_ns, restored.day) == (0, 0, 0)
    restored.check()


def test_everything_is_restored() -> None:
    exchange = prepared().exchange
    restored = Exchange.restore(exchange.snapshot())
    restored.check()
    assert restored.snapshot() == exchange.snapshot()
    for name in ("seq", "time_ns", "day", "day_ends_ns", "gateways"):
        assert getattr(restored, name) == getattr(exchange, name)
    assert [*restored.participants] == [*exchange.participants]
    for key_id, key in exchange.keys.items():
        again = restored.keys[key_id]
        assert again.participant is restored.participants[key.participant.name]
        assert again.public_key == key.public_key
        assert again.permissions == key.permissions
        assert again.revoked == key.revoked
    for name, account in exchange.accounts.items():
        twin = restored.accounts[name]
        assert twin.participant.accounts[name] is twin
        assert (twin.cash, twin.locked) == (account.cash, account.locked)
        assert [*twin.orders] == [*account.orders]
        assert twin.exec_seq == account.exec_seq
        for number, order in account.orders.items():
            other = twin.orders[number]
            assert other.command == order.command
            assert (other.price, other.quantity) == (order.price, order.quantity)
            assert (other.remaining, other.filled) == (order.remaining, order.filled)
    for name, instrument in exchange.instruments.items():
        listed = restored.instruments[name]
        assert listed.terms == instrument.terms
        assert listed.phase is instrument.phase
        assert listed.last_trade_id == instrument.last_trade_id
        for side in Side:
            assert listed.book.depth(side, 99) == instrument.book.depth(side, 99)


def test_finished_orders_are_remembered_by_their_client_order_ids() -> None:
    driver = prepared()
    place = PlaceOrder("", "ours", "CEA", BUY, 110, 5, client_order_id="filled")
    driver.do(place)
    restored = Exchange.restore(driver.exchange.snapshot())
    order = restored.accounts["ours"].find(0, "filled")
    assert order is not None
    assert (order.filled, order.status.name) == (5, "FILLED")


def test_the_queue_is_restored_in_its_order_not_by_number() -> None:
    """Order 1 was amended behind order 2 at the same price."""
    driver = Driver()
    driver.apply(
        RegisterParticipant("", "A"),
        RegisterParticipant("", "B"),
        OpenAccount("", "A", "a"),
        OpenAccount("", "B", "b"),
        ListInstrument("", "CEA"),
        Deposit("", "a", 1_000, "cash"),
        BeginDay("", 20250106, 100),
        PlaceOrder("", "a", "CEA", BUY, 5, 1),
        PlaceOrder("", "a", "CEA", BUY, 5, 1),
        AmendOrder("", "a", 1, quantity=2),
    )
    for exchange in (driver.exchange, Exchange.restore(driver.exchange.snapshot())):
        level = exchange.instruments["CEA"].book.level(BUY, 5)
        assert level is not None
        assert level.oldest is not None
        assert level.oldest.order_id == 2
        assert (level.total, level.count) == (3, 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"not a snapshot",
        lambda _: msgspec.msgpack.encode(None),
        lambda _: msgspec.msgpack.encode([]),
        lambda _: msgspec.msgpack.encode([1] * 30),
        lambda sound: sound[:-1],
        lambda sound: sound + b"\x00",
        lambda sound: sound[1:],
    ],
)
def test_anything_else_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        Exchange.restore(damage(prepared().exchange.snapshot()))


def test_another_format_is_refused_by_its_number() -> None:
    image = msgspec.msgpack.decode(prepared().exchange.snapshot())
    image[0] = 999
    with pytest.raises(ValueError, match="999"):
        Exchange.restore(msgspec.msgpack.encode(image))


def test_an_older_format_is_refused_by_its_number_whatever_its_shape() -> None:
    with pytest.raises(ValueError, match=f"snapshot of format 0; this reads {FORMAT}"):
        Exchange.restore(msgspec.msgpack.encode([0, 0, {"seq": 0}]))


def test_equal_states_have_equal_snapshots_and_different_ones_have_not() -> None:
    one, other = prepared(), prepared()
    assert one.exchange.snapshot() == other.exchange.snapshot()
    one.do(PlaceOrder("", "rival", "CEA", SELL, 120, 5))
    other.do(PlaceOrder("", "rival", "CEA", SELL, 120, 10))
    assert one.exchange.digest() != other.exchange.digest()
