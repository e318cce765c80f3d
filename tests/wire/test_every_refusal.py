"""Whatever the engine refuses can be said: every fault of every command."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import Rejected
from carbonex.wire.sentences import error_of
from faults import CASES, EMERGENCY_CASES, MARKET_CASES, OFF_BOOK_CASES, Case, Fault
from faults.prepared import prepared
from feed_flow import let_time_pass, random_flow
from feed_stage import Stage


if TYPE_CHECKING:
    import pytest


def check(message: str) -> None:
    """It is a sentence, and nothing in it was left to chance."""
    assert message
    assert "None" not in message
    assert not message.endswith((".", ";", " "))


def test_every_fault_is_said(subtests: pytest.Subtests) -> None:
    for case in (*CASES, *MARKET_CASES, *OFF_BOOK_CASES, *EMERGENCY_CASES):
        for fault in case.faults:
            with subtests.test(case.name, fault=fault.reason.name, given=fault.changes):
                is_said(case, fault)


def is_said(case: Case, fault: Fault) -> None:
    driver = prepared()
    for prepare in (case.prepare, fault.prepare):
        if prepare is not None:
            prepare(driver)
    command = replace(case.command, **fault.changes)
    (rejected,) = driver.do(command)
    assert isinstance(rejected, Rejected)
    check(error_of(rejected, command).message)


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_whatever_is_refused_on_the_way_is_said(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    for _ in range(steps):
        let_time_pass(random, stage)
        commands = random_flow(random, stage.exchange, most=8)
        for command, events in zip(commands, stage.do(*commands).replies, strict=True):
            if events and isinstance(events[0], Rejected):
                check(error_of(events[0], command).message)
