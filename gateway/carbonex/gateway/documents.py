"""TOML documents as typed structs: what is wrong is said in one sentence.

The sentence names the file, the key with its dotted path, the value and the reason:
``venue.toml: listen.port = 70000: must be at most 65535``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import inspect


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")


class ConfigError(Exception):
    """A file cannot be used; the message says where and why."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all tables: keys that it does not know are refused."""


def read_text(path: Path) -> str:
    """Return the text of ``path``.

    Raises:
        ConfigError: If it cannot be read.

    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Return the tables of TOML ``text``; ``source`` is for messages.

    Raises:
        ConfigError: If it is not TOML.

    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}") from None


def decode(
    value: object,
    kind: type[T],
    source: str,
    at: str = "",
    dec_hook: Callable[[type, Any], Any] | None = None,
) -> T:
    """Return ``value``, which stands under the key ``at``, as a ``kind``.

    ``dec_hook`` is msgspec's, for types of one's own; what it raises should read on
    after ``key = value:``, as in "must be a price".

    Raises:
        ConfigError: If it is not one; the message is the sentence described above.

    """
    try:
        return msgspec.convert(value, kind, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{source}: {_explain(value, kind, str(error), at)}"
        ) from None


def refuse(source: str, key: str, value: object, reason: str) -> ConfigError:
    """Return the error that says why ``key`` must not be ``value``."""
    return ConfigError(f"{source}: {_said(key, value)}: {reason}")


_PLACE: Final = re.compile(
    r"^(?P<reason>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL
)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`")
_PART: Final = re.compile(r"\[(\d+)\]|([^.\[]+)")

# What msgspec says, and how a person would.
_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": 'a date such as "2027-01-01"',
}
_REASONS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), reason)
    for pattern, reason in (
        (r"Expected `(?:int|float)` >= (.*)", "must be at least {0}"),
        (r"Expected `(?:int|float)` <= (.*)", "must be at most {0}"),
        (r"Expected `str` of length >= 1", "must not be empty"),
        (r"Expected `str` of length <= (\d+)", "must have at most {0} characters"),
        (
            r"Expected `array` of length (\d+), got (\d+)",
            "must have {0} items, not {1}",
        ),
        (r"Invalid RFC3339 encoded date", f"must be {_KINDS['date']}"),
    )
)


def _explain(value: object, kind: type, message: str, at: str) -> str:
    """Turn msgspec's message into key, value and reason."""
    found = _PLACE.match(message)
    assert found is not None
    reason, path = found["reason"], found["path"] or ""
    parts = [int(i) if i else name for i, name in _PART.findall(path)]
    here = ".".join(filter(None, (at, path)))
    info = _type_at(inspect.type_info(kind), parts)
    given = _value_at(value, parts)
    if unknown := _UNKNOWN.fullmatch(reason):
        name = unknown[1]
        key = ".".join(filter(None, (here, name)))
        return f"{_said(key, _value_at(given, [name]))}: {_no_such(name, info)}"
    if missing := _MISSING.fullmatch(reason):
        return f"{'.'.join(filter(None, (here, missing[1])))} is missing"
    return f"{_said(here, given)}: {_reason(reason, info)}"


def _said(key: str, value: object) -> str:
    if isinstance(value, dict):
        return f"[{key}]"
    text = json.dumps(value, ensure_ascii=False, default=_text)
    return f"{key} = {text if len(text) <= 60 else text[:59] + '…'}"


def _text(value: object) -> str:
    """Show what JSON has no form for: TOML's dates and times."""
    assert isinstance(value, dt.date | dt.time), value
    return value.isoformat()


def _no_such(name: str, info: inspect.Type | None) -> str:
    keys = [field.encode_name for struct in _structs(info) for field in struct.fields]
    close = difflib.get_close_matches(name, keys, n=1)
    close = close or [key for key in keys if key.startswith(name)]
    if close:
        return f"there is no such key; did you mean {close[0]}?"
    return f"there is no such key; there are {', '.join(keys)}"


def _reason(reason: str, info: inspect.Type | None) -> str:
    for option in _options(info):
        if isinstance(option, inspect.LiteralType):
            return f"must be one of {', '.join(map(str, option.values))}"
        if isinstance(option, inspect.Metadata):
            return f"must be {(option.extra_json_schema or {})['description']}"
    for pattern, sentence in _REASONS:
        if found := pattern.fullmatch(reason):
            return sentence.format(*found.groups())
    expected = re.match(r"Expected `(\w+)(?: \| \w+)*`, got", reason)
    return f"must be {_KINDS[expected[1]]}" if expected else reason


def _type_at(info: inspect.Type | None, parts: list[str | int]) -> inspect.Type | None:
    """Return the type of what stands at ``parts``, as far as types tell."""
    for part in parts:
        info = next((t for o in _options(info) for t in _inner(o, part)), None)
    return info


def _inner(info: inspect.Type, part: str | int) -> Iterator[inspect.Type]:
    if isinstance(info, inspect.StructType):
        yield from (f.type for f in info.fields if f.encode_name == part)
    elif isinstance(info, inspect.VarTupleType | inspect.ListType):
        yield info.item_type
    elif isinstance(info, inspect.TupleType) and isinstance(part, int):
        yield info.item_types[part]


def _options(info: inspect.Type | None) -> tuple[inspect.Type, ...]:
    if isinstance(info, inspect.UnionType):
        return info.types
    return () if info is None else (info,)


def _structs(info: inspect.Type | None) -> Iterator[inspect.StructType]:
    yield from (o for o in _options(info) if isinstance(o, inspect.StructType))


def _value_at(value: Any, parts: list[str | int]) -> Any:
    for part in parts:
        value = value[part]
    return value
