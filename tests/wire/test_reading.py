"""Requests off the wire: good ones are read, every bad one is named exactly."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from carbonex.wire import requests
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.diagnosis import Fault
from carbonex.wire.errors import Code
from carbonex.wire.reading import PARAMS, READERS
from wire.bad import Bad, call, label
from wire.bad_json import BAD_JSON
from wire.bad_msgpack import BAD_MSGPACK


def read(codec: Codec, message: object) -> tuple[str, Any, int | None]:
    data = codec.encode(message)
    return READERS[codec.name].read(data if codec.binary else data.decode())


ORDER = requests.AddOrder("CEA25", "buy", 500, "74.63", client_order_id="a-1")


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize("req_id", [7, 0, -(2**63), 2**63 - 1, None])
def test_a_request_is_read(codec: Codec, req_id: int | None) -> None:
    message = {"method": "add_order", "params": ORDER, "req_id": req_id}
    assert read(codec, message) == ("add_order", ORDER, req_id)


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize(
    "message", [{"method": "ping"}, {"method": "ping", "params": {}}]
)
def test_params_and_req_id_may_be_left_out(codec: Codec, message: object) -> None:
    assert read(codec, message) == ("ping", requests.Ping(), None)


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_every_method_reads_what_its_struct_says(
    codec: Codec, subtests: pytest.Subtests
) -> None:
    for method, kind in PARAMS.items():
        with subtests.test(method):
            params = msgspec.convert(_EXAMPLES.get(method, {}), kind)
            message = {"method": method, "params": params, "req_id": 1}
            assert read(codec, message) == (method, params, 1)


def test_white_space_order_and_escapes_do_not_matter() -> None:
    text = """ { "req_id" : 1 ,
        "params" : { "order_\\u0069d" : "1042" } , "method":"cancel_order" } """
    expected = ("cancel_order", requests.CancelOrder("1042"), 1)
    assert READERS["json"].read(text) == expected


@pytest.mark.parametrize("name", ["a:b", "::::", 'a":"b', '{"price":"1"}'])
@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_text_may_look_like_members(codec: Codec, name: str) -> None:
    order = msgspec.structs.replace(ORDER, client_order_id=name)
    assert read(codec, {"method": "add_order", "params": order})[1] == order


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_batch_repeats_members_from_order_to_order(codec: Codec) -> None:
    batch = requests.BatchAdd([ORDER] * 50)
    assert (
        read(codec, {"method": "batch_add", "params": batch, "req_id": 1})[1] == batch
    )


def check(codec: Codec, bad: Bad) -> None:
    with pytest.raises(Fault) as caught:
        READERS[codec.name].read(bad.data)
    fault = caught.value
    error = fault.error
    assert (error.name, error.param, error.message) == bad.error
    assert error.code == Code[bad.error.name]
    assert (fault.method, fault.req_id) == (bad.method, bad.req_id)


@pytest.mark.parametrize(("codec", "rows"), [(JSON, BAD_JSON), (MSGPACK, BAD_MSGPACK)])
def test_what_is_bad_is_refused_exactly(
    codec: Codec, rows: list[Bad], subtests: pytest.Subtests
) -> None:
    for bad in rows:
        with subtests.test(label(bad)):
            check(codec, bad)


def test_a_long_unknown_name_is_cut_short() -> None:
    with pytest.raises(Fault) as caught:
        READERS["json"].read(call(json.dumps({"x" * 10_000: 1})))
    assert caught.value.error.param == "x" * 59 + "…"
    with pytest.raises(Fault) as caught:
        READERS["json"].read(json.dumps({"method": "m" * 10_000}))
    assert caught.value.method == "m" * 60
    assert len(caught.value.error.message) < 1_000


FROZEN_CASH: dict[str, Any] = {
    "account": "acme-1",
    "amount": "1.00",
    "client_ref": "r",
    "reason": "order 7",
}
FROZEN_TONNES: dict[str, Any] = {
    "account": "acme-1",
    "instrument": "CEA25",
    "quantity": 1,
    "client_ref": "r",
    "reason": "法院冻结",
}

_EXAMPLES: dict[str, dict[str, object]] = {
    "statement": {"date": "2026-03-02", "format": "csv", "page": 2},
    "bulletins": {"date": "2026-03-02"},
    "login": {"key_id": "k", "signature": "s"},
    "subscribe": {"channel": "book", "instrument": "CEA25", "depth": 25},
    "unsubscribe": {"channel": "executions"},
    "add_order": {"instrument": "CEA25", "side": "sell", "quantity": 1, "price": "1"},
    "amend_order": {"order_id": "1042", "quantity": 5},
    "cancel_all_orders_after": {"timeout": 60},
    "batch_add": {"orders": [{"instrument": "CEA25", "side": "buy", "quantity": 1}]},
    "batch_cancel": {"orders": [{"client_order_id": "a-1"}]},
    "list_instrument": {"instrument": "CEA25"},
    "update_instrument": {"instrument": "CEA25", "sessions": [["09:30", "11:30"]]},
    "delist_instrument": {"instrument": "CEA25"},
    "set_composite": {"product": "CEA", "composite": "newest"},
    "restrict": {"participant": "acme", "restriction": "sell_only"},
    "propose_block": {
        "instrument": "CEA25",
        "side": "sell",
        "price": "74.63",
        "quantity": 100_000,
        "counterparty": "beta",
        "client_ref": "r",
    },
    "accept_block": {"block_id": "7", "client_ref": "r"},
    "decline_block": {"block_id": "7"},
    "withdraw_block": {"block_id": "7"},
    "open_auction": {
        "account": "acme-1",
        "instrument": "CEA25",
        "side": "sell",
        "quantity": 10_000,
        "opens": 1,
        "closes": 2,
        "client_ref": "r",
        "pricing": "uniform",
    },
    "close_auction": {"auction_id": "3", "cancel": True},
    "place_bid": {
        "auction_id": "3",
        "price": "110.00",
        "quantity": 1_000,
        "client_ref": "r",
    },
    "cancel_bid": {"bid_id": "9"},
    "halt": {"instrument": "CEA25"},
    "resume": {"instrument": "CEA25"},
    "begin_day": {"date": "2026-03-02", "ends": 1},
    "register_participant": {"participant": "acme"},
    "open_account": {"participant": "acme", "account": "acme-1"},
    "add_key": {
        "participant": "acme",
        "key_id": "k",
        "public_key": "x",
        "permissions": ["read", "trade"],
    },
    "revoke_key": {"key_id": "k"},
    "deposit": {"account": "acme-1", "amount": "1.00", "client_ref": "r"},
    "withdraw": {"account": "acme-1", "amount": "1.00", "client_ref": "r"},
    "issue": {
        "account": "acme-1",
        "instrument": "CEA25",
        "quantity": 1,
        "client_ref": "r",
    },
    "transfer": {
        "account": "acme-1",
        "to_account": "beta-1",
        "instrument": "CEA25",
        "quantity": 1,
        "client_ref": "r",
    },
    "retire": {
        "account": "acme-1",
        "instrument": "CEA25",
        "quantity": 1,
        "client_ref": "r",
        "transferred_out": True,
    },
    "annul_trade": {"instrument": "CEA25", "trade_id": "7", "reason": "乌龙指"},
    "suspend_venue": {"reason": "行情中断"},
    "resume_venue": {"reason": "right prices"},
    "freeze_cash": FROZEN_CASH,
    "freeze_tonnes": FROZEN_TONNES,
    "unfreeze_cash": FROZEN_CASH,
    "unfreeze_tonnes": FROZEN_TONNES,
    "set_obligation": {"participant": "acme", "year": 2025, "due": 1_000},
    "set_eligibility": {
        "product": "CEA",
        "rules": [
            {
                "vintage_from": 2021,
                "vintage_to": 2024,
                "year_from": 2021,
                "year_to": 2025,
                "until": "2026-12-31",
                "instruments": ["CEA21", "CEA24"],
            },
            {},
        ],
    },
    "surrender": {
        "account": "acme-1",
        "instrument": "CEA25",
        "quantity": 1,
        "year": 2025,
        "client_ref": "r",
    },
}
