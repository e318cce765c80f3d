"""Long messages: the largest request fits, and an invalid one is refused as a short one is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from carbonex.gateway.config import Limits
from carbonex.wire.diagnosis import Fault
from carbonex.wire.reading import LONG, READERS
from carbonex.wire.requests import MAX_BATCH
from carbonex.wire.requests.trading import MAX_PICKS


LONGEST_NAME = "n" * 36
LARGEST_ID = "9" * 18
LARGEST = 2**63 - 1
ORDER: dict[str, Any] = {
    "instrument": LONGEST_NAME,
    "side": "sell",
    "quantity": LARGEST,
    "price": "92233720368547758.07",
    "order_type": "stop_limit",
    "time_in_force": "gtd",
    "post_only": "reprice",
    "self_trade": "cancel_newest",
    "client_order_id": LONGEST_NAME,
    "account": LONGEST_NAME,
    "deadline": 4_102_444_800_000_000,
    "stop_price": "92233720368547758.07",
    "display_quantity": LARGEST,
    "expires": 4_102_444_800_000_000,
    "pick": [LARGEST_ID] * MAX_PICKS,
}
REQUEST = {
    "method": "batch_add",
    "params": {"orders": [ORDER] * MAX_BATCH},
    "req_id": LARGEST,
}


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_the_largest_batch_fits(encoding: str) -> None:
    """As Python writes it, with spaces that nobody needs."""
    data: str | bytes = json.dumps(REQUEST)
    if encoding == "msgpack":
        data = msgspec.msgpack.encode(REQUEST)
    method, params, _ = READERS[encoding].read(data)
    assert (method, len(params.orders)) == ("batch_add", MAX_BATCH)
    assert len(data) <= Limits().frame_bytes


ORDERS = {"method": "batch_add", "req_id": 7}
GOOD = {"instrument": "CEA25", "side": "buy", "quantity": 1, "price": "1.00"}
BAD: list[Any] = [
    {"method": "ping", "req_id": 7, "params": {"x": 1}},
    {"method": "ping", "req_id": 7, "params": None},
    {"method": "pong", "req_id": 7},
    {"method": 5, "req_id": 7},
    {"method": "ping", "req_id": "7"},
    {"method": "ping", "req_id": 7, "x": 1},
    {**ORDERS, "params": {}},
    {**ORDERS, "params": {"orders": []}},
    {**ORDERS, "params": {"orders": [1]}},
    {**ORDERS, "params": {"orders": [{}]}},
    {**ORDERS, "params": {"orders": [GOOD, {**GOOD, "price": 1.5}]}},
    {**ORDERS, "params": {"orders": [GOOD] * (MAX_BATCH + 1)}},
]


def fault_of(data: str | bytes) -> tuple[Any, ...]:
    reader = READERS["json" if isinstance(data, str) else "msgpack"]
    with pytest.raises(Fault) as raised:
        reader.read(data)
    return raised.value.error, raised.value.method, raised.value.req_id


@pytest.mark.parametrize("message", BAD, ids=repr)
def test_a_long_message_is_refused_as_a_short_one(message: Any) -> None:
    text = json.dumps(message)
    for more in (
        text + " " * LONG,
        " " * LONG + text,
        text[:-1] + " " * LONG + text[-1],
    ):
        assert fault_of(more) == fault_of(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"method": "ping", "method": "ping"}',
        '{"method": "ping", "params": {}, "params": {"x": 1}}',
        '{"method": "batch_cancel", "params": {"orders": [{"order_id": "1", "order_id": "2"}]}}',
        '{"method": "ping"',
        "{",
        '{"method": "ping"}}',
    ],
)
def test_a_long_text_is_refused_as_a_short_one(text: str) -> None:
    assert fault_of(" " * LONG + text)[0].name == fault_of(text)[0].name


def test_a_long_request_may_have_no_params() -> None:
    text = '{"method": "ping"' + " " * LONG + "}"
    assert READERS["json"].read(text)[0] == "ping"


@pytest.mark.parametrize("item", [1, {}, [], GOOD, {"": 1}], ids=repr)
@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_what_is_too_many_is_counted_and_not_read(item: Any, encoding: str) -> None:
    """And the answer names the request."""
    message = {**ORDERS, "params": {"orders": [item] * 20_000}}
    data: str | bytes = json.dumps(message)
    if encoding == "msgpack":
        data = msgspec.msgpack.encode(message)
    error, method, req_id = fault_of(data)
    assert (error.name, method, req_id) == ("BAD_TYPE", "batch_add", 7)
    assert error.message.startswith("orders must be a list of 1 to 50 orders, not ")
