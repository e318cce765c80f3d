"""No message that names a member twice gets through, and no other is stopped."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given, strategies as st

from carbonex.wire.diagnosis import Fault
from carbonex.wire.reading import PARAMS, READERS


NAMES = ("order_id", "client_order_id", "account", "deadline")
TEXTS = st.sampled_from(["", "a", "a:b", ":", '":"', "\\", '\\":', "{", "é:"])
SPACE = st.sampled_from(["", "", " ", "\n\t"])

Pairs = list[tuple[str, str | int]]


def value(name: str) -> st.SearchStrategy[str | int]:
    if name == "deadline":
        return st.sampled_from([0, 1, 128, 2**40])
    return st.sampled_from(["", "7", "1042"]) if name == "order_id" else TEXTS


MEMBERS = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), value(name))
)
ORDERS = st.lists(MEMBERS, max_size=5)


def test_no_method_has_a_member_that_takes_a_float() -> None:
    """In MessagePack a float of eight bytes would make up for a repeated member."""
    schema = msgspec.json.schema_components(PARAMS.values())
    text = json.dumps(schema)
    assert '"integer"' in text
    assert '"number"' not in text


def repeats(pairs: Pairs) -> bool:
    names = [name for name, _ in pairs]
    return len(set(names)) != len(names)


@st.composite
def json_maps(draw: st.DrawFn, pairs: Pairs) -> str:
    """Return the pairs as a JSON object, with any spacing and escaping."""
    members = []
    for name, content in pairs:
        key = json.dumps(name)
        if draw(st.booleans()):
            key = key.replace("d", "\\u0064")
        text = json.dumps(content, ensure_ascii=draw(st.booleans()))
        colon = draw(SPACE) + ":" + draw(SPACE)
        members.append(draw(SPACE) + key + colon + text + draw(SPACE))
    return "{" + ",".join(members) + "}"


def msgpack_map(pairs: Pairs, width: int) -> bytes:
    """Return the pairs as a MessagePack map with a header of ``width`` bytes."""
    count = len(pairs)
    header = {
        1: lambda: bytes([0x80 + count]),
        3: lambda: b"\xde" + count.to_bytes(2, "big"),
        5: lambda: b"\xdf" + count.to_bytes(4, "big"),
    }[width]()
    return header + b"".join(msgspec.msgpack.encode(x) for pair in pairs for x in pair)


def refused(encoding: str, data: str | bytes) -> bool:
    """Tell whether the message is refused; only one thing can be wrong with it."""
    try:
        READERS[encoding].read(data)
    except Fault as fault:
        verdict = fault
    else:
        return False
    assert (verdict.error.name, verdict.req_id) == ("REPEATED_MEMBER", 9)
    return True


@given(ORDERS, st.data())
def test_json_params(pairs: Pairs, data: st.DataObject) -> None:
    params = data.draw(json_maps(pairs))
    message = f'{{"method":"cancel_order","params":{params},"req_id":9}}'
    assert refused("json", message) == repeats(pairs)


@given(st.lists(ORDERS, min_size=1, max_size=4), st.data())
def test_json_batches(orders: list[Pairs], data: st.DataObject) -> None:
    items = ",".join(data.draw(json_maps(pairs)) for pairs in orders)
    message = f'{{"req_id":9,"method":"batch_cancel","params":{{"orders":[{items}]}}}}'
    assert refused("json", message) == any(map(repeats, orders))


@given(ORDERS, st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5]))
def test_msgpack_params(pairs: Pairs, width: int, outer: int) -> None:
    message = msgpack_map([("method", "cancel_order"), ("req_id", 9)], outer)
    # the third member's value is raw: raise the count and append it
    count = {1: 0, 3: 2, 5: 4}[outer]
    message = message[:count] + bytes([message[count] + 1]) + message[count + 1 :]
    message += msgspec.msgpack.encode("params") + msgpack_map(pairs, width)
    assert refused("msgpack", message) == repeats(pairs)


@given(st.lists(ORDERS, min_size=1, max_size=4), st.sampled_from([1, 3, 5]))
def test_msgpack_batches(orders: list[Pairs], width: int) -> None:
    items = b"".join(msgpack_map(pairs, width) for pairs in orders)
    message = (
        b"\x83\xa6method\xacbatch_cancel\xa6req_id\x09\xa6params\x81\xa6orders"
        + bytes([0x90 + len(orders)])
        + items
    )
    assert refused("msgpack", message) == any(map(repeats, orders))


SECTION = st.lists(
    st.tuples(st.sampled_from(("maker", "taker")), st.integers(0, 3)), max_size=3
)


@given(st.lists(st.tuples(st.just("fees"), SECTION), min_size=1, max_size=2), st.data())
def test_json_sections(sections: list[tuple[str, Pairs]], data: st.DataObject) -> None:
    members = [f'"{name}":' + data.draw(json_maps(pairs)) for name, pairs in sections]
    params = '{"instrument":"a:b",' + ",".join(members) + "}"
    message = f'{{"method":"list_instrument","params":{params},"req_id":9}}'
    twice = len(sections) > 1 or any(repeats(pairs) for _, pairs in sections)
    assert refused("json", message) == twice


@given(st.lists(SECTION, min_size=1, max_size=2), st.sampled_from([1, 3, 5]))
def test_msgpack_sections(sections: list[Pairs], width: int) -> None:
    named = b"\xaainstrument\xa1A"
    members = b"".join(b"\xa4fees" + msgpack_map(pairs, width) for pairs in sections)
    message = (
        b"\x83\xa6method\xaflist_instrument\xa6req_id\x09\xa6params"
        + bytes([0x81 + len(sections)])
        + named
        + members
    )
    twice = len(sections) > 1 or any(map(repeats, sections))
    assert refused("msgpack", message) == twice
