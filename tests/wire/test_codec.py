"""Two encodings, one API: the same structs either way."""

from __future__ import annotations

import msgspec
import pytest

from carbonex.wire import answers, channels
from carbonex.wire.codec import BY_SUBPROTOCOL, JSON, MSGPACK, Codec


def test_the_subprotocols() -> None:
    assert BY_SUBPROTOCOL == {
        "carbonex.v1.json": JSON,
        "carbonex.v1.msgpack": MSGPACK,
    }
    assert [(c.name, c.binary) for c in BY_SUBPROTOCOL.values()] == [
        ("json", False),
        ("msgpack", True),
    ]


MESSAGES = [
    answers.Answer("ping", True, 1, 2, 7, answers.Empty(), None, 99),
    answers.Answer(
        "add_order", False, 1, 2, None, None, answers.Error(5001, "BUSY", "…", "", 10)
    ),
    channels.Frame("status", "snapshot", [channels.Status("v", 1, "online", "c")]),
]


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize("message", MESSAGES)
def test_messages_there_and_back(codec: Codec, message: msgspec.Struct) -> None:
    decoded = codec.decoder(type(message)).decode(codec.encode(message))
    assert msgspec.to_builtins(decoded) == msgspec.to_builtins(message)


def test_members_without_a_value_are_left_out() -> None:
    answer = answers.Answer("ping", True, 1, 2, None, answers.Empty())
    assert JSON.encode(answer) == (
        b'{"method":"ping","success":true,"time_in":1,"time_out":2,"result":{}}'
    )


def test_the_order_answer_of_the_design() -> None:
    result = answers.OrderResult("1042", "open", "74.63", 500, 0, "a-1")
    assert JSON.encode(result) == (
        b'{"order_id":"1042","status":"open","price":"74.63","quantity":500,'
        b'"filled":0,"client_order_id":"a-1"}'
    )
