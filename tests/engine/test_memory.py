"""Finished orders leave nothing behind, neither garbage nor cycles.

The server switches the cycle collector off while it trades, so the hot path
must free what it makes by reference counts alone.
"""

from __future__ import annotations

import gc
from collections import Counter

from carbonex.engine import (
    BUY,
    IOC,
    SELL,
    AmendOrder,
    BeginDay,
    CancelOrder,
    Command,
    Deposit,
    Issue,
    Level,
    ListInstrument,
    OpenAccount,
    Order,
    PlaceOrder,
    RegisterParticipant,
)
from driver import Driver


def _traders() -> Driver:
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA"),
        *(RegisterParticipant("", name) for name in "ab"),
        *(OpenAccount("", name, name) for name in "ab"),
        *(Deposit("", name, 10**9, "cash") for name in "ab"),
        *(Issue("", name, "CEA", 10**6, "CEA") for name in "ab"),
        BeginDay("", 20250106, 100),
    )
    driver.batches.clear()
    return driver


def _trade(driver: Driver, rounds: int) -> None:
    """Rest, amend, fill in part and wholly, cancel: back to an empty book."""
    for turn in range(rounds):
        price, number = 100 + turn % 7, driver.exchange.last_order_id + 1
        commands: tuple[Command, ...] = (
            PlaceOrder("", "a", "CEA", SELL, price, 5),
            PlaceOrder("", "a", "CEA", SELL, price, 5),
            PlaceOrder("", "a", "CEA", SELL, price + 1, 5),
            PlaceOrder("", "b", "CEA", BUY, price - 50, 5),
            AmendOrder("", "a", number, quantity=6),
            AmendOrder("", "a", number, price=price + 1),
            PlaceOrder("", "b", "CEA", BUY, price + 1, 12, time_in_force=IOC),
            CancelOrder("", "b", number + 3),
            PlaceOrder("", "b", "CEA", BUY, price + 9, 40, time_in_force=IOC),
        )
        driver.apply(*commands)
        driver.batches.clear()


def _living() -> Counter[str]:
    kinds = (Order, Level)
    return Counter(type(o).__name__ for o in gc.get_objects() if type(o) in kinds)


def test_trading_leaves_no_cycles_and_no_orders() -> None:
    driver = _traders()
    _trade(driver, 5)
    gc.collect()
    before = _living()
    gc.disable()
    try:
        _trade(driver, 200)
        assert _living() == before
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert driver.exchange.instruments["CEA"].last_trade_id > 500
    driver.exchange.check()
