"""Numbers that logs and clients hold: assigned once, never changed or reused.

Whoever adds a member adds it here; whoever has to change a line here would
break every log that has been written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.engine import (
    BUY,
    CancelReason,
    Command,
    OrderStatus,
    OrderType,
    Permission,
    Phase,
    PlaceOrder,
    PostOnly,
    Reason,
    SelfTrade,
    Side,
    TimeInForce,
)


if TYPE_CHECKING:
    import enum

# Command, its tag, and its fields in the order in which the log has them.
COMMANDS = {
    1: "PlaceOrder key account instrument side price quantity order_type"
    " time_in_force post_only self_trade client_order_id deadline_ns",
    2: "AmendOrder key account order_id client_order_id price quantity deadline_ns",
    3: "CancelOrder key account order_id client_order_id deadline_ns",
    4: "CancelAll key account instrument side",
    10: "ListInstrument key instrument product tick lot max_quantity"
    " market_protection_permille",
    11: "HaltInstrument key instrument",
    12: "ResumeInstrument key instrument",
    20: "RegisterParticipant key participant",
    21: "AddKey key participant key_id public_key permissions",
    22: "RevokeKey key key_id",
    23: "OpenAccount key participant account max_client_ids max_open_orders",
    30: "Deposit key account amount client_ref",
    31: "Withdraw key account amount client_ref",
    32: "Issue key account instrument quantity client_ref",
    33: "Transfer key account to_account instrument quantity client_ref",
    40: "BeginDay key date ends_ns",
    41: "AdvanceTime key",
    50: "GatewayOpened key",
    51: "Checkpoint key digest",
}

ENUMS: list[tuple[type[enum.Enum], str]] = [
    (Side, "BUY=0 SELL=1"),
    (OrderType, "LIMIT=0 MARKET=1"),
    (TimeInForce, "DAY=0 GTC=1 IOC=2 FOK=3"),
    (PostOnly, "OFF=0 REJECT=1 REPRICE=2"),
    (SelfTrade, "CANCEL_NEWEST=0 CANCEL_OLDEST=1 CANCEL_BOTH=2 DECREMENT=3"),
    (Phase, "CLOSED=0 TRADING=1 HALTED=2"),
    (OrderStatus, "OPEN=0 FILLED=1 CANCELLED=2"),
    (CancelReason, "CLIENT=0 IOC=1 SELF_TRADE=2 SESSION_CLOSE=3"),
    (Permission, "READ=1 TRADE=2 OPERATE=4 REGISTRY=8"),
    (
        Reason,
        (
            "DUPLICATE_CLIENT_ORDER_ID=4002 DUPLICATE_CLIENT_REF=4003"
            " DEADLINE_PASSED=4004 UNKNOWN_INSTRUMENT=3001 NOT_PERMITTED=3002"
            " UNKNOWN_PARTICIPANT=6001 UNKNOWN_ACCOUNT=6002 UNKNOWN_KEY=6003"
            " ALREADY_EXISTS=6004 BAD_NAME=6005 BAD_PARAMETER=6006 UNKNOWN_ORDER=4001"
            " MARKET_CLOSED=3005 HALTED=3006 NOT_HALTED=6007 BAD_QTY=3007"
            " QTY_ABOVE_LISTED_MAX=3008 BAD_TICK=3010 BAD_AMOUNT=6008"
            " BALANCE_LIMIT=6009 QTY_BELOW_FILLED=4007 INSUFFICIENT_HOLDINGS=3022"
            " INSUFFICIENT_FUNDS=3023 SELF_TRADE=3024 WOULD_TAKE_LIQUIDITY=4005"
            " FOK_UNFILLABLE=4006 TOO_MANY_CLIENT_IDS=5004 TOO_MANY_OPEN_ORDERS=5005"
        ),
    ),
]


def test_commands_keep_their_tags_and_fields() -> None:
    actual = {
        kind.__struct_config__.tag: f"{kind.__name__} {' '.join(kind.__struct_fields__)}"
        for kind in Command.__args__
    }
    assert actual == COMMANDS


@pytest.mark.parametrize(("kind", "members"), ENUMS, ids=lambda item: str(item)[:30])
def test_members_keep_their_numbers(kind: type[enum.Enum], members: str) -> None:
    """For reasons their order is pinned too: it is the precedence."""
    assert " ".join(f"{m.name}={m.value}" for m in kind) == members


def test_a_command_is_an_array_that_begins_with_its_tag() -> None:
    place = PlaceOrder("k", "a", "CEA", BUY, 7463, 500, client_order_id="a-1")
    encoded = msgspec.json.encode(place)
    assert encoded == b'[1,"k","a","CEA",0,7463,500,0,0,0,0,"a-1",0]'
    short = b'[1,"k","a","CEA",0,7463,500]'  # from before there was more
    old = PlaceOrder("k", "a", "CEA", BUY, 7463, 500)
    assert msgspec.json.decode(short, type=Command) == old
