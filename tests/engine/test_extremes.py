"""Whatever numbers a log's commands hold: the state can be kept, and time goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given, settings

from carbonex.engine import (
    ActivateSemantics,
    AdvanceTime,
    BeginDay,
    Command,
    Exchange,
)
from streams.stream import Stream, seeds


if TYPE_CHECKING:
    from random import Random

    from driver import Driver


# The largest that a log can hold, the engine's bounds, and their neighbours.
EXTREMES = sorted(
    {
        sign * base + step
        for base in (2**31, 2**53, 2**62, 2**63)
        for sign in (-1, 1)
        for step in (-1, 0, 1)
        if sign * base + step >= -(2**63)
    }
    | {-1, 0, 1, 2**64 - 1, 1990_01_01, 2099_12_31, 2116_02_20, 9999_12_31}
)

_decoder = msgspec.msgpack.Decoder(Command)


@settings(max_examples=settings().max_examples // 3)
@given(seed=seeds)
def test_a_state_of_extreme_numbers_is_kept_and_time_goes_on(seed: int) -> None:
    stream = Stream(seed)
    r, driver = stream.random, stream.driver
    for _ in range(40):
        stream.run(1)
        command = _distorted(r, stream.command())
        if command is not None:
            driver.apply(command)
        _require_sound(driver)
    date = r.choice([*EXTREMES, driver.exchange.last_day])
    if date >= -(2**63):
        driver.apply(BeginDay("", date, r.choice([0, *EXTREMES])))
    for _ in range(10):
        _require_sound(driver)
        due_ns = driver.exchange.next_due()
        driver.time_ns = max(driver.time_ns, due_ns or 0) + 1
        driver.apply(AdvanceTime(""))
    _require_sound(driver)


def _distorted(r: Random, command: Command) -> Command | None:
    """Return ``command`` with an extreme number, if a log can hold that."""
    if type(command) is ActivateSemantics:  # another build's, which this one refuses
        return None
    row = msgspec.to_builtins(command)
    places = list(_numbers(row))
    if not places:
        return None
    part, index = r.choice(places)
    part[index] = r.choice(EXTREMES)
    try:
        return _decoder.decode(msgspec.msgpack.encode(row))
    except msgspec.ValidationError:
        return None


def _numbers(row: list[Any]) -> list[tuple[list[Any], int]]:
    """Return where numbers are, the command's tag apart."""
    found = [(row, i) for i, item in enumerate(row) if i and type(item) is int]
    for item in row:
        if isinstance(item, list):
            found += _numbers(item)
    return found


def _require_sound(driver: Driver) -> None:
    exchange = driver.exchange
    exchange.check()
    restored = Exchange.restore(exchange.snapshot())
    restored.check()
    assert restored.digest() == exchange.digest()
    assert restored.next_due() == exchange.next_due()
