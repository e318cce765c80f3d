"""The engine's vocabularies as the wire spells them, in both directions.

Names are the lower-case names of the engine's members (``tests/wire`` holds the
two together); reasons keep their capitals, as the error names do. From a name
to a member is a dict, from a member to a name a tuple indexed by its number: on
CPython hashing an enum member costs more than building the answer's struct.
"""

from __future__ import annotations

from typing import Final, get_args

from carbonex.engine.enums import (
    CancelReason,
    OrderStatus,
    OrderType,
    Permission,
    Phase,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)

from .requests import (
    OrderTypeName,
    PermissionName,
    PostOnlyName,
    SelfTradeName,
    SideName,
    TimeInForceName,
)


SIDE_NAMES: Final[tuple[SideName, ...]] = get_args(SideName)
ORDER_TYPE_NAMES: Final[tuple[OrderTypeName, ...]] = get_args(OrderTypeName)
TIME_IN_FORCE_NAMES: Final[tuple[TimeInForceName, ...]] = get_args(TimeInForceName)
POST_ONLY_NAMES: Final[tuple[PostOnlyName, ...]] = get_args(PostOnlyName)
SELF_TRADE_NAMES: Final[tuple[SelfTradeName, ...]] = get_args(SelfTradeName)
STATUS_NAMES: Final = tuple(status.name.lower() for status in OrderStatus)
PHASE_NAMES: Final = tuple(phase.name.lower() for phase in Phase)
CANCEL_REASON_NAMES: Final = tuple(reason.name for reason in CancelReason)

SIDES: Final = dict(zip(SIDE_NAMES, Side, strict=True))
ORDER_TYPES: Final = dict(zip(ORDER_TYPE_NAMES, OrderType, strict=True))
TIMES_IN_FORCE: Final = dict(zip(TIME_IN_FORCE_NAMES, TimeInForce, strict=True))
POST_ONLY: Final = dict(zip(POST_ONLY_NAMES, PostOnly, strict=True))
SELF_TRADE: Final = dict(zip(SELF_TRADE_NAMES, SelfTrade, strict=True))
PERMISSIONS: Final[dict[PermissionName, Permission]] = dict(
    zip(get_args(PermissionName), Permission, strict=True)
)


def permission_names(permissions: Permission) -> list[PermissionName]:
    """Return the names of a key's permissions, in the vocabulary's order."""
    return [name for name, flag in PERMISSIONS.items() if flag in permissions]


def permissions_of(names: list[PermissionName]) -> Permission:
    """Return the permissions that ``names`` list, in any order."""
    permissions = Permission(0)
    for name in names:
        permissions |= PERMISSIONS[name]
    return permissions
