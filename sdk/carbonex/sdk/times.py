"""Convert times between datetimes and the wire format."""

from __future__ import annotations

import datetime as dt
from typing import Final


# China's one time zone has no daylight saving.
SHANGHAI: Final = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def micros(name: str, moment: dt.datetime) -> int:
    """Return microseconds since the epoch; ``name`` is for the error message.

    Raises:
        TypeError: If ``moment`` is not a ``datetime.datetime``, such as a string.
        ValueError: If it has no time zone.

    """
    if not isinstance(moment, dt.datetime):
        raise TypeError(f"{name} is a datetime.datetime, not {moment!r}")
    if moment.tzinfo is None:
        raise ValueError(f"{name} {moment} has no time zone: give {name} a tzinfo")
    return (moment - _EPOCH) // _MICROSECOND


def trading_day(date: dt.date) -> str:
    """Return a trading day in wire format.

    Raises:
        TypeError: If it is not a ``datetime.date``. A datetime is refused because its
            date depends on the time zone.

    """
    if isinstance(date, dt.datetime) or not isinstance(date, dt.date):
        raise TypeError(f"a trading day is a datetime.date, not {date!r}")
    return date.isoformat()


def moment(micros: int) -> dt.datetime:
    """Return microseconds since the epoch as a datetime in Shanghai, exactly."""
    return (_EPOCH + micros * _MICROSECOND).astimezone(SHANGHAI)


def moment_or_none(micros: int) -> dt.datetime | None:
    """Return microseconds since the epoch as a datetime; None for 0."""
    return moment(micros) if micros else None
