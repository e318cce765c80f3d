"""Bad requests in MessagePack, which has its own ways to be wrong."""

from __future__ import annotations

import msgspec

from wire.bad import (
    INEXACT,
    MONEY,
    TONNES,
    Bad,
    bad_type,
    malformed,
    repeated,
    unknown,
)


def pack(**members: object) -> bytes:
    return msgspec.msgpack.encode(members)


def order(**members: object) -> bytes:
    params = {"instrument": "CEA25", "side": "buy", "quantity": 5, "price": "74.63"}
    return pack(method="add_order", params=params | members, req_id=9)


def broken(data: bytes, problem: str) -> Bad:
    return Bad(data, malformed(problem, "MessagePack"))


BROKEN = [
    broken(b"", "it ends too early (byte 0)"),
    broken(b"\x81\xa6method", "it ends too early (byte 8)"),
    broken(b"\x93\x01\x02\x03", "it is of type array"),
    broken(b"\xc1", "no value begins with 0xc1 (byte 0)"),
    broken(b"\x81\x01\x02", "its member names must be strings"),
    broken(b"\x81\xa6method\xa4ping\x00", "it goes on after its end (byte 13)"),
    broken(
        b"\x81\xa6method\xa1\xff",
        "a text in it is not UTF-8 (byte 9)",
    ),
    broken(
        b"\x82\xa6method\xa4ping\xa6params" + b"\x91" * 100_000 + b"\x90",
        "it is nested too deeply",
    ),
]

_ORDERS = [
    (order(price=74.63), bad_type("price", MONEY, f"the number 74.63: {INEXACT}")),
    (order(price=74), bad_type("price", MONEY, f"the number 74: {INEXACT}")),
    (
        order(price=float("nan")),
        bad_type("price", MONEY, f"the number nan: {INEXACT}"),
    ),
    (order(side=b"buy"), bad_type("side", 'one of "buy", "sell"', "b'buy'")),
    (order(side="hold"), bad_type("side", 'one of "buy", "sell"', '"hold"')),
    (order(quantity=2**63), bad_type("quantity", TONNES, "9223372036854775808")),
    (order(quantity=True), bad_type("quantity", TONNES, "true")),
    (
        order(account={"a": 1}),
        bad_type("account", "a string of at most 36 characters", "{'a': 1}"),
    ),
    # a text that is not UTF-8, deep in what could be read otherwise
    (
        order(account="é").replace("é".encode(), b"\xc3\x28"),
        malformed("a text in it is not UTF-8 (byte 83)", "MessagePack"),
    ),
]
ORDERS = [Bad(data, told, "add_order", 9) for data, told in _ORDERS]

HEAD = b"\xa6method\xaccancel_order\xa6req_id\x09\xa6params"
BAD_THEN_GOOD = b"\xa8order_id\x07\xa8order_id\xa11"
TWICE = b"\xa8order_id\xa11\xa8order_id\xa12"
REPEATED = [
    Bad(
        b"\x83\xa6method\xa4ping\xa6req_id\x09\xa6method\xa4ping",
        repeated("method"),
        "ping",
        9,
    ),
    Bad(b"\x83" + HEAD + b"\x82" + TWICE, repeated("order_id"), "cancel_order", 9),
    Bad(
        b"\x83" + HEAD + b"\x82" + BAD_THEN_GOOD,
        repeated("order_id"),
        "cancel_order",
        9,
    ),
    Bad(
        b"\xde\x00\x03" + HEAD + b"\xdf\x00\x00\x00\x02" + TWICE,
        repeated("order_id"),
        "cancel_order",
        9,
    ),
    Bad(
        b"\x83\xa6method\xacbatch_cancel\xa6req_id\x09\xa6params\x81\xa6orders"
        b"\x92\x81\xa8order_id\xa11\x82" + TWICE,
        repeated("order_id"),
        "batch_cancel",
        9,
    ),
]

LISTING = b"\x83\xa6method\xaflist_instrument\xa6req_id\x09\xa6params"
NAMED = b"\xaainstrument\xa5CEA26"
LISTED = "list_instrument"
SECTIONS = [
    Bad(
        LISTING + b"\x82" + NAMED + b"\xa4fees\x82\xa5maker\x01\xa5maker\x02",
        repeated("maker"),
        LISTED,
        9,
    ),
    Bad(
        LISTING + b"\x83" + NAMED + b"\xa5calls\x80\xa5calls\x80",
        repeated("calls"),
        LISTED,
        9,
    ),
    Bad(
        pack(
            method=LISTED,
            params={"instrument": "CEA26", "blocks": {"min_quantity": "1"}},
            req_id=9,
        ),
        bad_type("blocks.min_quantity", "an integer of 64 bits", '"1"'),
        LISTED,
        9,
    ),
    Bad(
        pack(
            method=LISTED,
            params={"instrument": "CEA26", "auctions": {"seald": True}},
            req_id=9,
        ),
        unknown("auctions", "auctions.seald", "did you mean sealed?"),
        LISTED,
        9,
    ),
]

BAD_MSGPACK = [*BROKEN, *ORDERS, *REPEATED, *SECTIONS]
