"""What each member of a request should hold, in words."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from carbonex.engine import MAX_REASON
from carbonex.engine.registry.eligibility import MAX_NAMED, MAX_RULES

from .answers import RequestId
from .requests import (
    MAX_BATCH,
    MAX_GRACE_MS,
    MAX_PAGE,
    MAX_PICKS,
    MAX_TIMEOUT,
    Grace,
    Hours,
    Id,
    Limit,
    Name,
    OptionalId,
    OptionalName,
    Page,
    Picks,
    Quantity,
    Sequence,
    Timeout,
)


MONEY: Final = frozenset(
    {"price", "stop_price", "reserve", "reference", "amount", "tick"}
)


def wanted(name: str, kind: Any) -> str:
    """Return what the member ``name`` of type ``kind`` should hold."""
    text = _BY_NAME.get(name) or _BY_TYPE.get(kind)
    if text is not None:
        return text
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return f"one of {_listed(arguments)}"
    if type(None) in arguments:
        return f"{wanted(name, arguments[0])}, or left out"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "an object"
    assert get_origin(kind) in (list, tuple), f"{name}: {kind}"
    return f"a list of {_listed(get_args(arguments[0]))}"


_CNY: Final = 'a decimal string of CNY with at most two decimals, such as "74.63"'

_BY_NAME: Final[dict[str, str]] = {
    **dict.fromkeys(MONEY, _CNY),
    "method": "a string that names a method",
    "date": 'a date such as "2026-07-16"',
    "public_key": "32 bytes as a base64url string",
    "signature": "64 bytes as a base64url string",
    "reason": f"a line of 1 to {MAX_REASON} characters that tells people why",
    "quantity": "an integer of tonnes, within 64 bits",
    **dict.fromkeys(
        ("deadline", "ends", "expires", "opens", "closes"),
        "an integer of microseconds since the epoch",
    ),
    "orders": f"a list of 1 to {MAX_BATCH} orders",
    "rules": f"a list of at most {MAX_RULES} rules",
    **dict.fromkeys(("until", "effective_date"), 'a date such as "2026-12-31", or ""'),
    "instruments": f"a list of at most {MAX_NAMED} names of instruments",
}
_BY_TYPE: Final[dict[Any, str]] = {
    Name: "a string of 1 to 36 characters",
    OptionalName: "a string of at most 36 characters",
    Id: 'a string of digits such as "1042"',
    OptionalId: 'a string of digits such as "1042"',
    Hours: 'a list of wall times in Shanghai such as [["09:30", "11:30"]]',
    Picks: f"a list of at most {MAX_PICKS} numbers of listings",
    bool: "true or false",
    Quantity: "an integer of 64 bits",
    Sequence: "an integer from 0 to 2^53",
    Limit: f"an integer from 1 to {MAX_PAGE}",
    Page: "an integer from 1 to 2^31",
    Timeout: f"an integer of seconds from 1 to {MAX_TIMEOUT}, or 0 to disarm",
    Grace: f"an integer of milliseconds from 0 to {MAX_GRACE_MS}",
    RequestId: "an integer of 64 bits",
    msgspec.Raw: "an object",
}


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in values)
