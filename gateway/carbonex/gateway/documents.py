"""Decode TOML documents into typed structs, with errors of one sentence.

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
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


class ConfigError(Exception):
    """Raised for a file that cannot be used; the message says where and why."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all tables; unknown keys are refused."""


def read_text(path: Path) -> str:
    """Return the text of the file ``path``.

    Raises:
        ConfigError: If it cannot be read.

    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Return the tables of TOML ``text``; messages name ``source``.

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
    """Return ``value``, found under the key ``at``, as a ``kind``.

    ``dec_hook`` is msgspec's, for custom types. Its error texts should continue the
    message after ``key = value:``, as in "must be a price".

    Raises:
        ConfigError: If it is invalid, with the sentence described above as message.

    """
    try:
        return msgspec.convert(value, kind, dec_hook=dec_hook)
    except msgspec.ValidationError:
        problem = _Walk(dec_hook).problem(at, value, inspect.type_info(kind))
        assert problem is not None, f"{value} is a {kind}"
        raise ConfigError(f"{source}: {problem}") from None


def refuse(source: str, key: str, value: object, reason: str) -> ConfigError:
    """Return the error that ``key`` must not be ``value``, with the reason."""
    return ConfigError(f"{source}: {_said(key, value)}: {reason}")


_MAX_SHOWN: Final = 60  # characters of a value in a message


def _said(key: str, value: object) -> str:
    if isinstance(value, dict):
        return f"[{key}]"
    text = json.dumps(value, ensure_ascii=False, default=_text)
    shown = text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
    return f"{key} = {shown}"


def _text(value: object) -> str:
    """Return the text of a TOML date or time, which JSON cannot encode."""
    assert isinstance(value, dt.date | dt.time), value
    return value.isoformat()


class _Walk:
    """A search of a refused value for the first invalid key.

    The search follows the order of the document, as msgspec does. msgspec's own
    messages are written for people, and their wording changes between releases.
    """

    def __init__(self, dec_hook: Callable[[type, Any], Any] | None) -> None:
        self._dec_hook = dec_hook

    def problem(self, key: str, value: object, info: inspect.Type) -> str | None:
        """Return the first problem with ``key`` or below it, or None. O(value)."""
        if isinstance(info, inspect.UnionType):
            return self.problem(key, value, _not_none(info))
        if isinstance(info, inspect.StructType) and isinstance(value, dict):
            return self._in_table(key, value, info)
        if isinstance(info, inspect.VarTupleType) and isinstance(value, list):
            return self._in_list(key, value, (info.item_type,) * len(value))
        if isinstance(info, inspect.TupleType) and isinstance(value, list):
            return self._in_list(key, value, info.item_types)
        reason = self._reason(value, info)
        return f"{_said(key, value)}: {reason}" if reason else None

    def _in_table(
        self, at: str, table: dict[str, Any], info: inspect.StructType
    ) -> str | None:
        fields = {field.encode_name: field for field in info.fields}
        prefix = f"{at}." if at else ""
        for name, value in table.items():
            key = prefix + name
            if name not in fields:
                return f"{_said(key, value)}: {_no_such(name, list(fields))}"
            problem = self.problem(key, value, fields[name].type)
            if problem is not None:
                return problem
        for name, field in fields.items():
            if field.required and name not in table:
                return f"{prefix}{name} is missing"
        return None

    def _in_list(
        self, key: str, items: list[Any], kinds: tuple[inspect.Type, ...]
    ) -> str | None:
        if len(items) != len(kinds):
            reason = f"must have {len(kinds)} items, not {len(items)}"
            return f"{_said(key, items)}: {reason}"
        for place, (item, kind) in enumerate(zip(items, kinds, strict=True)):
            problem = self.problem(f"{key}[{place}]", item, kind)
            if problem is not None:
                return problem
        return None

    def _reason(self, value: object, info: inspect.Type) -> str | None:
        """Return why ``value`` does not conform to ``info``, or None."""
        if isinstance(info, inspect.CustomType):
            assert self._dec_hook is not None, info
            try:
                self._dec_hook(info.cls, value)
            except ValueError as error:
                return str(error)
            return None
        if isinstance(info, inspect.Metadata):
            described = (info.extra_json_schema or {})["description"]
            return f"must be {described}" if _reason(value, info.type) else None
        return _reason(value, info)


def _not_none(info: inspect.UnionType) -> inspect.Type:
    """Return the option that is not None, because TOML has no null."""
    (option,) = (o for o in info.types if not isinstance(o, inspect.NoneType))
    return option


def _no_such(name: str, keys: list[str]) -> str:
    close = difflib.get_close_matches(name, keys, n=1)
    close = close or [key for key in keys if key.startswith(name)]
    if close:
        return f"there is no such key; did you mean {close[0]}?"
    return f"there is no such key; there are {', '.join(keys)}"


# The Python types of TOML values that each type accepts, and its name in messages.
_WANTED: Final[dict[type[inspect.Type], tuple[tuple[type, ...], str]]] = {
    inspect.IntType: ((int,), "a whole number"),
    inspect.FloatType: ((int, float), "a number"),
    inspect.StrType: ((str,), "a text in quotes"),
    inspect.BoolType: ((bool,), "true or false"),
    inspect.VarTupleType: ((list,), "a list"),
    inspect.TupleType: ((list,), "a list"),
    inspect.StructType: ((dict,), "a table"),
    inspect.DictType: ((dict,), "a table"),
}


def _reason(value: Any, info: inspect.Type) -> str | None:
    """Return why ``value`` is not of the built-in msgspec type ``info``, or None."""
    if isinstance(info, inspect.AnyType):
        return None
    if isinstance(info, inspect.LiteralType):
        names = ", ".join(map(str, info.values))
        return None if value in info.values else f"must be one of {names}"
    if isinstance(info, inspect.DateType):
        return None if _is_date(value) else 'must be a date such as "2027-01-01"'
    accepted, wanted = _WANTED[type(info)]
    if type(value) not in accepted:
        return f"must be {wanted}"
    if isinstance(info, inspect.IntType | inspect.FloatType):
        return _outside(value, info)
    return _not_as_text(value, info) if isinstance(info, inspect.StrType) else None


def _outside(value: float, info: inspect.IntType | inspect.FloatType) -> str | None:
    if info.ge is not None and not value >= info.ge:
        return f"must be at least {info.ge}"
    if info.le is not None and not value <= info.le:
        return f"must be at most {info.le}"
    return None


def _not_as_text(value: str, info: inspect.StrType) -> str | None:
    if info.max_length is not None and len(value) > info.max_length:
        return f"must have at most {info.max_length} characters"
    if info.pattern is not None and not re.search(info.pattern, value):
        return f"must match {info.pattern}"
    return None


def _is_date(value: object) -> bool:
    try:
        msgspec.convert(value, dt.date)
    except msgspec.ValidationError:
        return False
    return True
