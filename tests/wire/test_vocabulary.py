"""The wire's names and the engine's members belong together, one to one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import (
    AlertKind,
    BidEnd,
    BlockEnd,
    CancelReason,
    Method,
    OrderStatus,
    OrderType,
    Permission,
    Phase,
    PostOnly,
    Pricing,
    Restriction,
    SelfTrade,
    Side,
    TimeInForce,
    TooFewBids,
)
from carbonex.wire import vocabulary as v


if TYPE_CHECKING:
    import enum


@pytest.mark.parametrize(
    ("members", "names", "by_name"),
    [
        (Side, v.SIDE_NAMES, v.SIDES),
        (OrderType, v.ORDER_TYPE_NAMES, v.ORDER_TYPES),
        (TimeInForce, v.TIME_IN_FORCE_NAMES, v.TIMES_IN_FORCE),
        (PostOnly, v.POST_ONLY_NAMES, v.POST_ONLY),
        (SelfTrade, v.SELF_TRADE_NAMES, v.SELF_TRADE),
        (Restriction, v.RESTRICTION_NAMES, v.RESTRICTIONS),
        (Pricing, v.PRICING_NAMES, v.PRICING),
        (TooFewBids, v.TOO_FEW_BIDS_NAMES, v.TOO_FEW_BIDS),
    ],
)
def test_names_and_members(
    members: type[enum.IntEnum], names: tuple[str, ...], by_name: dict[Any, Any]
) -> None:
    assert [names[member] for member in members] == [m.name.lower() for m in members]
    assert by_name == {member.name.lower(): member for member in members}


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (OrderStatus, v.STATUS_NAMES),
        (Phase, v.PHASE_NAMES),
        (Method, v.METHOD_NAMES),
        (AlertKind, v.ALERT_NAMES),
        (BlockEnd, v.BLOCK_END_NAMES),
        (BidEnd, v.BID_END_NAMES),
    ],
)
def test_names_that_only_go_out(
    members: type[enum.IntEnum], names: tuple[str, ...]
) -> None:
    assert [names[member] for member in members] == [m.name.lower() for m in members]


def test_reasons_keep_their_capitals() -> None:
    assert [v.CANCEL_REASON_NAMES[r] for r in CancelReason] == [
        "CLIENT",
        "IOC",
        "SELF_TRADE",
        "SESSION_CLOSE",
        "EXPIRED",
        "TAKE_LEVELS",
        "OUT_OF_BAND",
        "RESTRICTED",
        "DELISTED",
        "TERMS_CHANGED",
        "DISCONNECTED",
        "COUNTDOWN",
        "DAY_CANCELLED",
        "FILL_LIMIT",
    ]


def test_every_set_of_permissions_there_and_back() -> None:
    for n in range(len(Permission) + 1):
        for chosen in itertools.combinations(Permission, n):
            permissions = Permission(sum(chosen))
            names = v.permission_names(permissions)
            assert names == [p.name.lower() for p in chosen if p.name]
            assert v.permissions_of(names[::-1]) == permissions
