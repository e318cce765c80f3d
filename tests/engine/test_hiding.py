"""The secret that hides the venue's count of orders from clients."""

from __future__ import annotations

from carbonex.engine import (
    AddKey,
    Exchange,
    HideOrderIds,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
    Rejected,
)
from driver import Driver, admitted, replay


SECRET = bytes(range(32))
NOT_THAT_LONG = Rejected(Reason.BAD_PARAMETER, "secret", 31, 32)


def founded() -> Driver:
    driver = Driver()
    driver.apply(
        RegisterParticipant("", "A"),
        OpenAccount("", "A", "a"),
        AddKey("", "A", "operator", bytes(32), Permission(15)),
    )
    return driver


def test_it_is_the_venues_alone_and_there_is_one() -> None:
    driver = founded()
    (refused,) = driver.do(HideOrderIds("operator", SECRET))
    assert refused == Rejected(Reason.NOT_PERMITTED)
    assert driver.do(HideOrderIds("", SECRET[1:])) == [NOT_THAT_LONG]
    assert driver.exchange.secret == b""
    assert driver.do(HideOrderIds("", SECRET)) == []
    for other in (SECRET, bytes(32)):
        assert driver.do(HideOrderIds("", other)) == [
            Rejected(Reason.BAD_PARAMETER, "secret", 32, 32)
        ]
    assert driver.exchange.secret == SECRET
    driver.exchange.check()


def test_it_is_in_the_snapshot_with_what_came_before() -> None:
    driver = founded()
    exchange = driver.exchange
    exchange.last_order_id, exchange.last_block_id, exchange.last_bid_id = 7, 5, 3
    before = exchange.digest()
    driver.do(HideOrderIds("", SECRET))
    exchange.last_order_id = exchange.last_block_id = exchange.last_bid_id = 9
    restored = Exchange.restore(exchange.snapshot())
    assert (restored.secret, restored.plain_ids) == (SECRET, 7)
    assert (restored.plain_blocks, restored.plain_bids) == (5, 3)
    assert restored.digest() == driver.exchange.digest() != before
    restored.check()


def test_every_reader_of_the_log_has_it() -> None:
    driver = founded()
    driver.apply(*admitted("B", 1, 0, ()), HideOrderIds("", SECRET))
    again, _ = replay(driver.batches)
    assert again.secret == SECRET
    assert again.digest() == driver.exchange.digest()
