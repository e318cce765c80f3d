"""Every reason for a refusal, what a refusal leaves behind, and which comes first."""

from __future__ import annotations

from itertools import combinations

import pytest
from msgspec.structs import fields, replace

from carbonex.engine import (
    BUY,
    FOK,
    MARKET,
    SELL,
    AdvanceTime,
    AmendOrder,
    Batch,
    Command,
    Conditions,
    Exchange,
    ListInstrument,
    PlaceOrder,
    Reason,
    Rejected,
    Transfer,
    Withdraw,
)
from faults import (
    CASES as BASIC_CASES,
    EMERGENCY_CASES,
    MARKET_CASES,
    OFF_BOOK_CASES,
    SESSION_CASES,
    Case,
    Fault,
)
from faults.prepared import NOW, prepared


CASES = (
    *BASIC_CASES,
    *MARKET_CASES,
    *OFF_BOOK_CASES,
    *SESSION_CASES,
    *EMERGENCY_CASES,
)
PRECEDENCE = list(Reason)


def test_every_reason_is_produced_here() -> None:
    produced = {fault.reason for case in CASES for fault in case.faults}
    assert produced == set(Reason) - {Reason.VINTAGE_ENDED}  # no date is over in 1970


def test_without_a_fault_the_command_is_accepted(subtests: pytest.Subtests) -> None:
    for case in CASES:
        with subtests.test(case.name):
            assert _refusal(case, ()) is None


def test_a_fault_is_refused_for_its_reason(subtests: pytest.Subtests) -> None:
    for case in CASES:
        for fault in case.faults:
            with subtests.test(case.name, fault=fault.reason.name, given=fault.changes):
                _check_alone(case, fault)


def _check_alone(case: Case, fault: Fault) -> None:
    rejected = _refusal(case, (fault,))
    assert rejected is not None
    assert rejected.reason is fault.reason
    names = {item.name.removesuffix("_ns") for item in fields(case.command)}
    names |= {"", "instrument"}  # an amended order's instrument may be at fault
    for part in (Conditions, ListInstrument):
        names |= {item.name.removesuffix("_ns") for item in fields(part)}
    param = rejected.param.removesuffix("_ns")
    assert param in names or param.partition(".")[0] in names


def test_of_two_faults_the_first_by_precedence_is_reported(
    subtests: pytest.Subtests,
) -> None:
    for case in CASES:
        for pair in combinations(case.faults, 2):
            one, other = pair
            if one.reason is other.reason or one.excludes(other):
                continue
            with subtests.test(case.name, faults=f"{one.reason} {other.reason}"):
                rejected = _refusal(case, pair)
                assert rejected is not None
                assert rejected.reason is _expected(pair)


@pytest.mark.parametrize(
    "command",
    [
        PlaceOrder("", "ours", "NEVER-HELD", SELL, 10, 1),
        PlaceOrder("", "ours", "NEVER-HELD", SELL, 10, 1, client_order_id="n"),
        PlaceOrder("", "ours", "NEVER-HELD", SELL, 0, 1, order_type=MARKET),
        PlaceOrder("", "ours", "NEVER-HELD", BUY, 10, 1, time_in_force=FOK),
        Transfer("", "ours", "rival", "NEVER-HELD", 1, "n"),
    ],
)
def test_not_even_an_empty_holding_remains_of_a_refused_command(
    command: Command,
) -> None:
    assert _refusal(Case("never held", command, ()), ()) is not None


def _buy(price: int, quantity: int, deadline_ns: int = 0) -> PlaceOrder:
    return PlaceOrder("", "ours", "CEA", BUY, price, quantity, deadline_ns=deadline_ns)


# ``ours`` has 999,650 fen and 990 tonnes that no order needs.
@pytest.mark.parametrize(
    ("command", "reason", "value", "limit"),
    [
        (_buy(110, 5, deadline_ns=NOW - 3), Reason.DEADLINE_PASSED, NOW - 3, NOW),
        (_buy(110, 7), Reason.BAD_QTY, 7, 5),
        (_buy(110, 105), Reason.QTY_ABOVE_LISTED_MAX, 105, 100),
        (_buy(111, 5), Reason.BAD_TICK, 111, 10),
        (_buy(200_000, 5), Reason.INSUFFICIENT_FUNDS, 1_000_000, 999_650),
        (AmendOrder("", "ours", 1, quantity=5), Reason.QTY_BELOW_FILLED, 5, 5),
        (Withdraw("", "ours", 10**6, "r"), Reason.INSUFFICIENT_FUNDS, 10**6, 999_650),
        (
            Transfer("", "ours", "rival", "CEA", 991, "r"),
            Reason.INSUFFICIENT_HOLDINGS,
            991,
            990,
        ),
    ],
)
def test_a_refusal_tells_the_value_and_what_it_was_held_against(
    command: Command, reason: Reason, value: int, limit: int
) -> None:
    (rejected,) = prepared().do(command)
    assert type(rejected) is Rejected
    assert (rejected.reason, rejected.value, rejected.limit) == (reason, value, limit)


def _expected(faults: tuple[Fault, ...]) -> Reason:
    reasons = {fault.reason for fault in faults}
    if any(fault.hides_the_account for fault in faults):
        reasons -= {Reason.DUPLICATE_CLIENT_ORDER_ID, Reason.DUPLICATE_CLIENT_REF}
    if reasons == {Reason.WOULD_TAKE_LIQUIDITY, Reason.FOK_UNFILLABLE}:
        return Reason.BAD_PARAMETER  # post-only and fill-or-kill exclude each other
    return min(reasons, key=PRECEDENCE.index)


def _refusal(case: Case, faults: tuple[Fault, ...]) -> Rejected | None:
    """Run ``case`` with ``faults``; assert that a refusal changed nothing.

    A twin exchange does nothing at the same time, and must stay equal.
    """
    driver = prepared()
    if case.prepare is not None:
        case.prepare(driver)
    for fault in sorted(faults, key=lambda fault: fault.rank):
        if fault.prepare is not None:
            fault.prepare(driver)
    changes: dict[str, object] = {}
    for fault in faults:
        changes |= fault.changes
    command = replace(case.command, **changes)
    twin = Exchange.restore(driver.exchange.snapshot())
    applied = driver.apply(command)
    assert not applied.due
    driver.exchange.check()
    last = driver.batches[-1]
    idle: list[Batch] = [replace(last, commands=[AdvanceTime("")])]
    assert twin.apply(idle[0]).replies == [[]]
    events = applied.replies[0]
    rejected = [event for event in events if type(event) is Rejected]
    if not rejected:
        return None
    assert events == rejected
    assert len(rejected) == 1
    assert driver.exchange.digest() == twin.digest()
    return rejected[0]
