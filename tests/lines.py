"""Count the lines of Python that a call runs: the same on every machine."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any, TypeVar


if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

T = TypeVar("T")


def lines_run(act: Callable[[], T]) -> tuple[int, T]:
    """Return the lines that ``act`` runs, garbage collection aside, and its result."""
    lines = 0

    def trace(_frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    gc.collect()
    gc.disable()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = act()
    finally:
        sys.settrace(before)
        gc.enable()
    return lines, result
