"""Dates and wall times as text; all are in Shanghai time."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final


# China keeps one time zone, without summer time since 1991.
SHANGHAI: Final = timezone(timedelta(hours=8))


def date_text(date: int) -> str:
    """Return a date (YYYYMMDD) as it is written: 2026-07-16."""
    return f"{date // 10_000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"


def date_number(text: str) -> int:
    """Return a date such as 2026-07-16 as the engine has it: YYYYMMDD."""
    return int(text.replace("-", ""))


def wall_text(seconds: int) -> str:
    """Return seconds after midnight as a wall time: 09:30, or 14:59:30."""
    minutes, seconds = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def wall_seconds(wall: str) -> int:
    """Return a wall time such as 09:30 or 14:59:30 as seconds after midnight."""
    hours, minutes, seconds = [*map(int, wall.split(":")), 0][:3]
    return hours * 3600 + minutes * 60 + seconds
