"""Convert the engine's structs to plain dicts, for JSON with enum names."""

from __future__ import annotations

import enum
from typing import Any

import msgspec


def jsonable(value: object) -> Any:
    """Return ``value`` with each struct as a dict that starts with its type's name.

    Enum members become their lower-case names, flags a list of names, and bytes
    become hex.
    """
    if isinstance(value, msgspec.Struct):
        members = msgspec.structs.asdict(value)
        return {
            "type": type(value).__name__,
            **{name: jsonable(member) for name, member in members.items()},
        }
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, enum.Flag):
        return [_name(flag) for flag in type(value) if flag in value]
    if isinstance(value, enum.Enum):
        return _name(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def _name(member: enum.Enum) -> str:
    return member.name.lower()
