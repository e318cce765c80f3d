"""What is wrong with a request that could not be read, by name and value.

Decoders say that something failed; a trader needs to know which member, what
it holds, and what it should hold. So a message that failed is read again here,
member by member. That costs ten times as much as reading a good one; a session
counts bad messages against the connection's limit.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import msgspec
from msgspec.inspect import ListType, StructType

from .answers import Request, RequestId
from .broken_json import problem_of_json
from .broken_msgpack import problem_of_msgpack
from .codec import JSON, Codec
from .errors import Code, error
from .members import search_json, search_msgpack
from .requests import MAX_BATCH
from .wanted import MONEY, wanted


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from msgspec.inspect import Type

    from .answers import Error
    from .requests import Params

T = TypeVar("T")


class Fault(Exception):  # noqa: N818 - a client's fault, not an error of ours
    """A request that cannot be read; ``error`` says why.

    ``method`` and ``req_id`` are as far as they could be read, for the answer.
    """

    def __init__(self, error: Error, method: str, req_id: int | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.method = method
        self.req_id = req_id


def diagnose(
    codec: Codec, methods: Mapping[str, type[Params]], data: str | bytes
) -> Fault:
    """Return what is wrong with ``data``, which could not be read as a request."""
    try:
        members = _members_of(codec, data)
    except UNREADABLE as failure:
        return Fault(_malformed(data, failure), "", None)
    method = _value(codec, str, members.get("method"), default="")
    req_id = _value(codec, RequestId, members.get("req_id"), default=None)
    try:
        problem = _check(codec, Request, members, "a request", "") or _check_call(
            codec, methods, method, members.get("params")
        )
    except UNREADABLE as failure:
        problem = _malformed(data, failure)
    if problem is None:
        # The decoder stumbled over a member that a later one replaces here.
        name = search_json(data) if isinstance(data, str) else search_msgpack(data)
        assert name is not None, f"{data!r} can be read"
        problem = repeated(name)
    return Fault(problem, method[:MAX_SHOWN], req_id)


def repeated(name: str) -> Error:
    """Return the error for a member that a message names twice."""
    return error(Code.REPEATED_MEMBER, name, member=name)


# What a decoder raises: wrong encoding or type, texts that are not UTF-8, nesting
# beyond the interpreter's depth, and maps with a key that Python cannot hash.
UNREADABLE: Final = (
    msgspec.DecodeError,
    UnicodeDecodeError,
    UnicodeEncodeError,
    RecursionError,
    TypeError,
)

# What each item of a list of objects is called.
_ITEMS: Final = {"orders": "an order", "rules": "a rule"}

MAX_SHOWN: Final = 60  # characters of what a client sent, in a message to it
MAX_READ: Final = 4_096  # bytes of a value in MessagePack that are read to show it


def _check_call(
    codec: Codec,
    methods: Mapping[str, type[Params]],
    method: str,
    raw: msgspec.Raw | None,
) -> Error | None:
    """Return what is wrong with the method or its params, if anything is."""
    if method not in methods:
        advice = _advice(method, methods, "the methods are")
        return error(
            Code.UNKNOWN_METHOD, "method", method=_short(method), advice=advice
        )
    try:
        members = {} if raw is None else _members_of(codec, raw)
    except msgspec.ValidationError:
        assert raw is not None
        return _bad_type(codec, "params", "an object", raw)
    return _check(codec, methods[method], members, method, "")


def _check(
    codec: Codec,
    struct: type[msgspec.Struct],
    members: dict[str, msgspec.Raw],
    owner: str,
    path: str,
) -> Error | None:
    """Return the first thing wrong with ``members``: unknown, missing, bad."""
    fields = _fields(codec, struct)
    for name in members:
        if name not in fields:
            return error(
                Code.UNKNOWN_MEMBER,
                path + _short(name),
                owner=owner,
                member=_short(name),
                advice=_advice(name, fields, "it has"),
            )
    for name, field in fields.items():
        if field.required and name not in members:
            return error(
                Code.MISSING_MEMBER,
                path + name,
                owner=owner,
                member=name,
                wanted=wanted(name, field.kind),
            )
    for name, raw in members.items():
        problem = _check_value(codec, fields[name], raw, owner, path + name)
        if problem is not None:
            return problem
    return None


def _check_value(
    codec: Codec, field: _Field, raw: msgspec.Raw, owner: str, path: str
) -> Error | None:
    """Return what is wrong with one member's value, if anything is."""
    try:
        field.decoder.decode(raw)
    except msgspec.ValidationError:
        return (
            _check_items(codec, field, raw, owner, path)
            or _check_section(codec, field, raw, path)
            or _bad_type(codec, path, wanted(field.name, field.kind), raw)
        )
    return None


def _check_section(
    codec: Codec, field: _Field, raw: msgspec.Raw, path: str
) -> Error | None:
    """Return what is wrong within a member that is a struct itself, if that is it."""
    if field.section is None:
        return None
    try:
        members = _members_of(codec, raw)
    except msgspec.ValidationError:
        return None
    return _check(codec, field.section, members, path, f"{path}.")


def _check_items(
    codec: Codec, field: _Field, raw: msgspec.Raw, owner: str, path: str
) -> Error | None:
    """Return what is wrong with an item of a list of structs, if that is it."""
    if field.item is None:
        return None
    try:
        items = _raw_items(codec).decode(raw)
    except msgspec.ValidationError:  # no list, or one of too many
        return None
    for i, item in enumerate(items):
        here = f"{path}[{i}]"
        try:
            members = _members_of(codec, item)
        except msgspec.ValidationError:
            return _bad_type(codec, here, "an object", item)
        whose = f"{_ITEMS[field.name]} of {owner}"
        problem = _check(codec, field.item, members, whose, f"{here}.")
        if problem is not None:
            return problem
    return None


def _bad_type(codec: Codec, path: str, expected: str, raw: msgspec.Raw) -> Error:
    given = _shown(codec, raw)
    if path.rpartition(".")[2] in MONEY and _is_number(codec, raw):
        given = f"the number {given}: a binary float cannot hold 0.01 exactly"
    return error(Code.BAD_TYPE, path, member=path, wanted=expected, given=given)


class _Field(msgspec.Struct, frozen=True):
    name: str
    kind: Any
    required: bool
    decoder: Any
    item: type[msgspec.Struct] | None  # what a list of structs holds
    section: type[msgspec.Struct] | None  # what the member is, if a struct


@lru_cache(maxsize=128)
def _fields(codec: Codec, struct: type[msgspec.Struct]) -> dict[str, _Field]:
    return {
        field.name: _Field(
            field.name,
            field.type,
            field.required,
            codec.decoder(field.type),
            _item_struct(field.type),
            _struct(msgspec.inspect.type_info(field.type)),
        )
        for field in msgspec.structs.fields(struct)
    }


def _item_struct(kind: Any) -> type[msgspec.Struct] | None:
    info = msgspec.inspect.type_info(kind)
    return _struct(info.item_type) if isinstance(info, ListType) else None


def _struct(info: Type) -> type[msgspec.Struct] | None:
    return info.cls if isinstance(info, StructType) else None


def _members_of(
    codec: Codec, data: str | bytes | msgspec.Raw
) -> dict[str, msgspec.Raw]:
    members: dict[str, msgspec.Raw] = _raw_members(codec).decode(data)
    return members


@lru_cache(maxsize=8)
def _raw_members(codec: Codec) -> Any:
    return codec.decoder(dict[str, msgspec.Raw])


@lru_cache(maxsize=8)
def _raw_items(codec: Codec) -> Any:
    few = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MAX_BATCH)]
    return codec.decoder(few)


def _value(codec: Codec, kind: Any, raw: msgspec.Raw | None, *, default: T) -> T:
    """Return a member's value where it is there and good."""
    if raw is None:
        return default
    try:
        value: T = codec.decoder(kind).decode(raw)
    except UNREADABLE:
        return default
    return value


def _is_number(codec: Codec, raw: msgspec.Raw) -> bool:
    return _value(codec, float, raw, default=None) is not None


def _shown(codec: Codec, raw: msgspec.Raw) -> str:
    """Return a value as its client wrote it, or would have written it in JSON."""
    data = bytes(raw)
    if not codec.binary:
        return _short(data[: 4 * MAX_SHOWN + 4].decode(errors="replace"))
    if len(data) > MAX_READ:
        return f"a value of {len(data):,} bytes"
    value: object = _value(codec, Any, raw, default=data)
    if value is None or isinstance(value, str | int):
        return _short(JSON.encode(value).decode())
    return _short(_written(value, MAX_SHOWN + 1))


def _written(value: object, room: int) -> str:
    """Return ``repr(value)``, or no less than its first ``room`` characters.

    ``repr`` copies what is within at every level: 5 KB of brackets took 4 ms. Here
    every level adds a character, and what does not fit is not looked at.
    """
    if isinstance(value, str):
        # Which quotes are around it depends on those that are in what is cut off.
        return repr(value[:room] + "".join(q for q in "'\"" if q in value[room:]))
    if isinstance(value, bytes):
        return repr(
            value[:room] + b"".join(q for q in (b"'", b'"') if q in value[room:])
        )
    if isinstance(value, dict):
        pairs: Iterable[tuple[object, ...]] = value.items()
        text, end = "{", "}"
    elif isinstance(value, list):
        pairs = ((item,) for item in value)
        text, end = "[", "]"
    else:
        return repr(value)
    for number, pair in enumerate(pairs):
        text += ", " if number else ""
        for name, part in enumerate(pair):
            text += ": " if name else ""
            if len(text) >= room:
                return text
            text += _written(part, room - len(text))
    return text + end


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _advice(name: str, names: Iterable[str], otherwise: str) -> str:
    close = difflib.get_close_matches(name[:MAX_SHOWN], list(names), n=2, cutoff=0.7)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"{otherwise} {', '.join(names) or 'none'}"


def _malformed(data: str | bytes, failure: Exception) -> Error:
    """Return what is wrong with a message whose bytes or letters are."""
    encoding = "JSON" if isinstance(data, str) else "MessagePack"
    if isinstance(failure, RecursionError):
        problem = "it is nested too deeply"
    elif isinstance(data, str):
        problem = problem_of_json(data)
    else:
        problem = problem_of_msgpack(data)
    return error(Code.MALFORMED, encoding=encoding, problem=problem)
