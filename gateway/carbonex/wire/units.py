"""Nanoseconds, which is what the engine counts, of the units that the wire's times have."""

from __future__ import annotations

from typing import Final


NS_PER_US: Final = 1_000
NS_PER_MS: Final = 1_000_000
NS_PER_SECOND: Final = 1_000_000_000
