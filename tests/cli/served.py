"""A venue that ``carbonex serve`` has opened, and orders that it gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from market import CEA


if TYPE_CHECKING:
    import subprocess

    from stranger import Stranger


def opened(process: subprocess.Popen[str]) -> int:
    """Return the port, once the server says that it is open there."""
    assert process.stdout is not None
    found = re.search(r"ws://127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert found
    return int(found[1])


async def trade(client: Stranger, orders: int) -> None:
    """Place orders, each answered before the next."""
    for i in range(orders):
        await client.call(
            "add_order", instrument=CEA, side="sell", price=f"7{i % 9}", quantity=5
        )
