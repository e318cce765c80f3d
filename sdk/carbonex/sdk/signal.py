"""Wake tasks that wait for a change."""

from __future__ import annotations

import asyncio


class Signal:
    """Wakes all waiting tasks when something has changed.

    Notifying needs no event loop, so the owner of a signal can be tested without one.
    It costs nothing if no task waits.
    """

    __slots__ = ("_waiters",)

    def __init__(self) -> None:
        self._waiters: dict[asyncio.Future[None], None] = {}  # in order of arrival

    def notify(self) -> None:
        """Wake all tasks that wait now. O(waiters)."""
        waiters, self._waiters = self._waiters, {}
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Return at the next ``notify``."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = None
        try:
            await waiter
        finally:
            self._waiters.pop(waiter, None)
