"""The event loop that hostile clients run on: they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvloop


if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


def pytest_asyncio_loop_factories() -> dict[
    str, Callable[[], asyncio.AbstractEventLoop]
]:
    """Have pytest-asyncio make uvloop's loops, and only those."""
    return {"uvloop": uvloop.new_event_loop}
