"""Executions from yesterday, over a restart of the venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from sdk.accidents import SECOND_DAY


if TYPE_CHECKING:
    from carbonex.sdk import Execution, Venue
    from sdk.accidents import Stage


@pytest.mark.parametrize("ends_well", [True, False], ids=["stopped", "killed"])
async def test_yesterday_s_executions_from_the_first_on(
    stage: Stage, *, ends_well: bool
) -> None:
    """After a clean stop the server itself knows nothing of them."""
    async with (
        stage.connected("maker") as maker,
        stage.connected("taker") as taker,
    ):
        for number in range(20):
            await maker.sell("CEA25", 3, "75.00")
            await taker.buy("CEA25", 1 + number % 2, "75.00")
        stream = maker.executions(from_seq=1)
        told = [await stream.next() for _ in range(40)]
    await (stage.process.stop() if ends_well else stage.process.kill())
    await stage.start(SECOND_DAY)
    async with stage.connected("maker") as maker:
        again = await to_the_newest(maker, 1)
        assert [e.exec_seq for e in again] == list(range(1, len(again) + 1))
        for before, now in zip(told, again, strict=False):
            assert now == structs.replace(before, replayed=True)
        *past, _, _ = again
        assert all(execution.replayed for execution in past)
        assert past[-1].reason == "SESSION_CLOSE"
        # Once more from the middle, while what is followed goes on.
        lived = maker.executions()
        more = await to_the_newest(maker, 17)
        assert [e.exec_seq for e in more] == list(range(17, len(again) + 3))
        assert [(await lived.next()).exec_seq for _ in range(2)] == [
            len(again) + 1,
            len(again) + 2,
        ]


async def to_the_newest(venue: Venue, from_seq: int) -> list[Execution]:
    """Return the executions from ``from_seq`` on, to a new order's end."""
    stream = venue.executions(from_seq=from_seq)
    order = await venue.sell("CEA25", 1, "76.00")  # it waits for the past
    await order.cancel()
    executions = [await stream.next()]
    while executions[-1].client_order_id != order.client_order_id or (
        executions[-1].event != "cancelled"
    ):
        executions.append(await stream.next())
    return executions
