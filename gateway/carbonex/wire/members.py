"""Whether a message names a member twice: an order with two prices must not trade.

msgspec keeps the last of repeated members and says nothing, as most decoders
do. Counting finds them: a message whose members are as many as the distinct
ones repeats none. In JSON every member has one colon, and outside of texts
there are no others, so as many colons as distinct members prove that none is
repeated. In MessagePack a member takes bytes: a message that is no longer than
its distinct members, each in the fewest bytes that it can have, repeats none
(and no method has a member that takes a float, which have two lengths). Only
where the count does not match, because a text holds a colon or a number is
written longer than it need be, is the message read a second time, name by
name, at 5 µs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .codec import MSGPACK


if TYPE_CHECKING:
    from .answers import Members


UNSET: Final = msgspec.UNSET


def repeated_json(
    data: str, params: dict[str, Any] | msgspec.UnsetType, req_id: int | None
) -> str | None:
    """Return a member that the JSON text ``data`` repeats, or None.

    ``data`` must have been decoded to a method and these members, and the params to the
    method's type.
    """
    members = 1 if req_id is None else 2
    if params is not UNSET:
        members += 1 + len(params)
        if "orders" in params:
            members += sum(map(len, params["orders"]))
    if members == data.count(":"):
        return None
    return search_json(data)


def repeated_msgpack(data: bytes, distinct: Members) -> str | None:
    """Return a member that the MessagePack map ``data`` repeats, or None.

    ``data`` must have been decoded to ``distinct``, and its params to the method's
    type.
    """
    if len(data) == len(MSGPACK.encode(distinct)):
        return None
    return search_msgpack(data)


class _RepeatedError(Exception):
    """Carries the name out of the standard decoder."""


def search_json(data: str) -> str | None:
    """Return a repeated member of the JSON text ``data``, at any depth."""
    try:
        json.loads(data, object_pairs_hook=_pairs)
    except _RepeatedError as found:
        return str(found)
    return None


def _pairs(pairs: list[tuple[str, object]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise _RepeatedError(name)
        seen.add(name)


_FIXMAP: Final = 0x80  # a map of up to 15 members; their number is the low half
_MAP16: Final = 0xDE
_MAP32: Final = 0xDF
_ARRAY32: Final = b"\xdd"
_ARRAYS: Final = frozenset((*range(0x90, 0xA0), 0xDC, 0xDD))

_texts: Final = msgspec.msgpack.Decoder(str).decode
_items: Final = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


def search_msgpack(data: bytes) -> str | None:
    """Return a repeated member of the map ``data``, or of a map within it."""
    if data[0] in _ARRAYS:
        inner = _items(data)
    else:
        names_and_values = _unrolled(data)
        seen = set()
        for name in map(_texts, names_and_values[::2]):
            if name in seen:
                return name
            seen.add(name)
        inner = names_and_values[1::2]
    for item in inner:
        found = search_msgpack(bytes(item))
        if found is not None:
            return found
    return None


def _unrolled(data: bytes) -> list[msgspec.Raw]:
    """Return a map's names and values in turn; nothing if it is not a map.

    A map is encoded as an array of twice its length, except for the header.
    """
    first = data[0]
    if _FIXMAP <= first < _FIXMAP + 16:
        count, size = first - _FIXMAP, 1
    elif first == _MAP16:
        count, size = int.from_bytes(data[1:3]), 3
    elif first == _MAP32:
        count, size = int.from_bytes(data[1:5]), 5
    else:
        return []
    return _items(_ARRAY32 + (2 * count).to_bytes(4) + data[size:])
