"""Whatever arrives is read or refused: no input does anything else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, strategies as st

from carbonex.wire import requests
from carbonex.wire.diagnosis import MAX_SHOWN, Fault, _written
from carbonex.wire.reading import PARAMS, READERS


SECTIONS = (
    requests.FeesSection,
    requests.BlocksSection,
    requests.AuctionsSection,
    requests.CallsSection,
    requests.ThresholdsSection,
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["buy", "CEA25", "74.63", "book", "limit", 10, 5])
)
NAMES = st.sampled_from(
    sorted(
        {
            "method",
            "params",
            "req_id",
            *(f for p in PARAMS.values() for f in p.__struct_fields__),
            *(f for p in SECTIONS for f in p.__struct_fields__),
        }
    )
) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=8,
)
CALLS = st.fixed_dictionaries(
    {"method": st.sampled_from(sorted(PARAMS)) | VALUES},
    optional={
        "params": st.dictionaries(NAMES, VALUES, max_size=6) | VALUES,
        "req_id": VALUES,
    },
)


def read(encoding: str, data: str | bytes) -> None:
    """Read ``data``; a fault's answer must be one that can be sent."""
    try:
        READERS[encoding].read(data)
    except Fault as fault:
        answer: Any = [fault.error, fault.method, fault.req_id]
    else:
        return
    for encode in (msgspec.json.encode, msgspec.msgpack.encode):
        assert len(encode(answer)) < 3_000


@given(VALUES | st.binary() | st.dictionaries(st.integers() | st.binary(), VALUES))
@example(["x" * (MAX_SHOWN - 3), "0'"])
@example([b"x" * (MAX_SHOWN - 4), b"0'"])
def test_what_is_shown_of_a_value_is_how_python_writes_it(value: object) -> None:
    room = MAX_SHOWN + 1
    written = _written(value, room)
    assert written[:room] == repr(value)[:room]
    if len(written) < room:
        assert written == repr(value)


def test_what_is_shown_of_a_value_is_no_longer_than_needed() -> None:
    deep: object = []
    for _ in range(500):
        deep = [deep, {"a": deep}]  # as a tree it would fill the universe
    assert len(_written(deep, 100)) < 400
    assert len(_written(["x" * 10**6] * 10**3, 100)) < 200


@given(st.text())
def test_any_text(text: str) -> None:
    read("json", text)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    read("msgpack", data)


@given(CALLS | VALUES)
def test_anything_like_a_request(message: object) -> None:
    read("json", json.dumps(message))


@given(CALLS)
def test_anything_like_a_request_in_msgpack(message: object) -> None:
    try:
        data = msgspec.msgpack.encode(message)
    except (OverflowError, UnicodeEncodeError):
        return  # it cannot be sent
    read("msgpack", data)


@given(CALLS, st.data())
def test_a_request_with_some_bytes_changed(
    message: object, data: st.DataObject
) -> None:
    text = json.dumps(message)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text = (
            text[:at]
            + data.draw(st.sampled_from('{}[]",:\\u0e1 é\ud800'))
            + text[at + 1 :]
        )
    read("json", text)


ORDER = {
    "method": "add_order",
    "params": {"instrument": "CEA25", "side": "buy", "quantity": 5, "price": "74.63"},
    "req_id": 9,
}


def test_every_beginning_of_a_request_is_malformed() -> None:
    text, data = json.dumps(ORDER), msgspec.msgpack.encode(ORDER)
    for encoding, whole in (("json", text), ("msgpack", data)):
        for size in range(len(whole)):
            with pytest.raises(Fault) as caught:
                READERS[encoding].read(whole[:size])
            assert caught.value.error.message.endswith(f"too early (byte {size})")


@pytest.mark.parametrize("depth", [1, 100, *range(900, 1_100, 7), 5_000, 100_000])
def test_any_depth(depth: int) -> None:
    nest = "[" * depth + "]" * depth
    for text in (
        nest,
        f'{{"method":"ping","params":{nest}}}',
        f'{{"method":"ping","params":{{"a":{nest}}}}}',
        f'{{"method":"cancel_order","params":{{"order_id":{nest}}}}}',
        f'{{"method":"batch_cancel","params":{{"orders":{nest}}}}}',
        f'{{"method":{nest}}}',
    ):
        with pytest.raises(Fault) as caught:
            READERS["json"].read(text)
        assert caught.value.error.code in (1001, 1003, 1004)
    deep = b"\x91" * depth + b"\x90"
    for data in (
        deep,
        b"\x82\xa6method\xa4ping\xa6params" + deep,
        b"\x82\xa6method\xaccancel_order\xa6params\x81\xa8order_id" + deep,
        b"\x82\xa6method\xacbatch_cancel\xa6params\x81\xa6orders" + deep,
    ):
        with pytest.raises(Fault) as caught:
            READERS["msgpack"].read(data)
        assert caught.value.error.code in (1001, 1003, 1004)
