"""The budget of all outboxes: what is counted, and who has to go."""

from __future__ import annotations

from carbonex.gateway.budget import STEP_BYTES, Budget
from carbonex.gateway.outbox import Outbox
from carbonex.wire.codec import JSON


STEPS = 16


def outbox_of(
    budget: Budget, steps: int, owner: str = "", *, stalled: bool = False
) -> Outbox:
    outbox = Outbox(JSON, budget)
    outbox.owner = owner
    outbox.stalled = stalled
    outbox.send_frame(b"x" * (steps * STEP_BYTES))
    return outbox


def overflow(budget: Budget) -> None:
    """Have somebody of whom there is little want one step too much."""
    while not budget.evicted:
        outbox_of(budget, 1, "small").send_frame(b"x")


def test_a_client_who_keeps_up_is_not_counted() -> None:
    budget = Budget()
    outbox = Outbox(JSON, budget)
    for _ in range(1000):
        outbox.send_frame(b"x" * STEP_BYTES)
        outbox.take()
    assert budget.used_bytes == 0


def test_what_the_transport_holds_counts_until_it_is_gone() -> None:
    budget = Budget()
    outbox = outbox_of(budget, 3)
    outbox.send_frame(b"x")
    assert budget.used_bytes == 4 * STEP_BYTES
    outbox.take(STEP_BYTES)
    outbox.sent(STEP_BYTES)
    assert budget.used_bytes == 2 * STEP_BYTES
    outbox.take()
    outbox.sent(1)
    assert budget.used_bytes == STEP_BYTES
    outbox.sent(0)
    assert budget.used_bytes == 0


def test_strangers_go_first_and_the_largest_of_them() -> None:
    budget = Budget(STEPS * STEP_BYTES)
    trader = outbox_of(budget, 7, "trader", stalled=True)
    small, large = outbox_of(budget, 2), outbox_of(budget, 4)
    overflow(budget)
    assert large.closing == (1013, "slow_consumer")
    assert (small.closing, trader.closing) == (None, None)
    assert budget.evicted == 1


def test_who_takes_nothing_goes_before_the_largest() -> None:
    budget = Budget(STEPS * STEP_BYTES)
    reads = outbox_of(budget, 8, "reads")
    stalled = outbox_of(budget, 4, "stalled", stalled=True)
    overflow(budget)
    assert stalled.closing is not None
    assert reads.closing is None


def test_many_connections_of_one_participant_count_together() -> None:
    budget = Budget(STEPS * STEP_BYTES)
    many = [outbox_of(budget, 2, "many") for _ in range(4)]
    reader = outbox_of(budget, 5, "reader")
    overflow(budget)
    assert reader.closing is None
    assert sum(each.closing is not None for each in many) == budget.evicted


def test_an_eviction_makes_room_for_more_than_one_step() -> None:
    budget = Budget(STEPS * STEP_BYTES)
    strangers = [outbox_of(budget, 2) for _ in range(7)]
    overflow(budget)
    assert budget.used_bytes <= 7 / 8 * budget.max_bytes
    assert any(each.closing is None for each in strangers)


def test_one_who_is_gone_is_not_counted() -> None:
    budget = Budget()
    outbox = outbox_of(budget, 3)
    outbox.forget()
    assert budget.used_bytes == 0
    outbox.send_frame(b"x" * 4 * STEP_BYTES)
    assert budget.used_bytes == 0
