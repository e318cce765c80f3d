"""Where a message is broken: the walks find a mistake exactly where decoders see one."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from carbonex.wire.broken_json import problem_of_json
from carbonex.wire.broken_msgpack import problem_of_msgpack
from carbonex.wire.diagnosis import UNREADABLE, Fault
from carbonex.wire.errors import Code
from carbonex.wire.reading import READERS


NOTHING = "it cannot be decoded"  # what a walk says that has found no mistake
_JSON = msgspec.json.Decoder(float_hook=str)  # of any size
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
NAMES = st.text(max_size=3)
OBJECTS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)
PIECES = [*'{}[]",:\\0-+.eEtu \n\x00é\ud83d', "\\ud83d", "\\ude00", "1", "null", "tru"]


@given(OBJECTS, st.data())
def test_json_is_broken_where_a_walk_says_so(
    value: object, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(0, 3))):
        at, until = data.draw(_span(len(text)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[until:]
    problem = problem_of_json(text)
    if not problem.startswith("it is of type"):
        assert (problem == NOTHING) == _is_json(text), problem


@given(OBJECTS, st.data())
def test_messagepack_is_broken_where_a_walk_says_so(
    value: object, data: st.DataObject
) -> None:
    packed = msgspec.msgpack.encode(value)
    for _ in range(data.draw(st.integers(0, 3))):
        at, until = data.draw(_span(len(packed)))
        packed = packed[:at] + data.draw(st.binary(max_size=2)) + packed[until:]
    problem = problem_of_msgpack(packed)
    if problem.startswith("it is of type"):
        return
    if "UTF-8" in problem:
        assert not _is_messagepack(packed, dict[str, Any])
    else:
        is_good = _is_messagepack(packed, dict[str, msgspec.Raw])
        assert (problem == NOTHING) == is_good, problem


def _span(size: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, size).flatmap(
        lambda at: st.tuples(st.just(at), st.integers(at, min(at + 2, size)))
    )


def _is_json(text: str) -> bool:
    try:
        _JSON.decode(text)
    except UNREADABLE:
        return False
    return True


def _is_messagepack(data: bytes, kind: Any) -> bool:
    try:
        msgspec.msgpack.decode(data, type=kind)
    except UNREADABLE:
        return False
    return True


BRACKETS = '{"a":' + "[" * 1_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a":01}', "a comma or } must follow a value (byte 6)"),
        ('{"a":[1 2]}', "a comma or ] must follow a value (byte 8)"),
        ('{"a":[1,]}', "a comma must not stand before ] (byte 8)"),
        ('{"a" 1}', "a colon must follow a member's name (byte 5)"),
        ('{"é":x}', "no value begins with 'x' (byte 6)"),
        ('{"a":"\\x"}', "a text in it holds an escape that JSON lacks (byte 6)"),
        ('{"a":"\n"}', "a text in it holds a bare control character (byte 6)"),
        ("hello", "it begins with 'h', not with { (byte 0)"),
        ('{"a":-0.5e', "it ends too early (byte 10)"),
        ('{"a":"\\ud83d\\', "it ends too early (byte 13)"),
        (" 7", "it is of type number"),
        (BRACKETS, "it is broken somewhere behind (byte 152)"),
        ('{"a":"' + "x" * 20_000, "it is broken somewhere behind (byte 16384)"),
    ],
)
def test_json_that_is_broken(text: str, problem: str) -> None:
    assert problem_of_json(text) == problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x81\xa1a\x92\x01", "it ends too early (byte 5)"),
        (b"\x81\xa1a\x92\x01\xc1", "no value begins with 0xc1 (byte 5)"),
        (b"\x81\xa1a\xd9\x03x\xff!", "a text in it is not UTF-8 (byte 6)"),
        (b"\x82\xa1a\x81\x07\x08\x07\x08", "its member names must be strings"),
        (b"\x80\x80", "it goes on after its end (byte 1)"),
        (b"\xc4\x01\x00", "it is of type bytes"),
        (b"\x81\xa1a" + b"\x91" * 1_000, "it is broken somewhere behind (byte 501)"),
    ],
)
def test_messagepack_that_is_broken(data: bytes, problem: str) -> None:
    assert problem_of_msgpack(data) == problem


@pytest.mark.parametrize("params", [b"\x81\x80\x01", b"\x81\xa1a\x81\x91\x80\x01"])
def test_a_name_that_is_a_map_is_a_fault_of_the_message(params: bytes) -> None:
    with pytest.raises(Fault) as caught:
        READERS["msgpack"].read(b"\x82\xa6method\xa4ping\xa6params" + params)
    assert caught.value.error.code in {Code.BAD_TYPE, Code.UNKNOWN_MEMBER}
    assert "Ellipsis" not in caught.value.error.message
