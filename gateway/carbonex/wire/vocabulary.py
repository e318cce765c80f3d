"""The engine's vocabularies as the wire spells them, in both directions.

Names are the lower-case names of the engine's members (``tests/wire`` holds the
two together); reasons keep their capitals, as the error names do. From a name
to a member is a dict, from a member to a name a tuple indexed by its number: on
CPython hashing an enum member costs more than building the answer's struct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from carbonex.engine.enums import (
    AlertKind,
    BidEnd,
    BlockEnd,
    CancelReason,
    CompositeMethod,
    OrderKind,
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

from .requests import (
    CompositeName,
    MethodName,
    OrderKindName,
    OrderTypeName,
    PermissionName,
    PostOnlyName,
    PricingName,
    RestrictionName,
    SelfTradeName,
    SideName,
    TimeInForceName,
    TooFewBidsName,
)


if TYPE_CHECKING:
    from collections.abc import Iterable


SIDE_NAMES: Final[tuple[SideName, ...]] = get_args(SideName)
ORDER_TYPE_NAMES: Final[tuple[OrderTypeName, ...]] = get_args(OrderTypeName)
TIME_IN_FORCE_NAMES: Final[tuple[TimeInForceName, ...]] = get_args(TimeInForceName)
POST_ONLY_NAMES: Final[tuple[PostOnlyName, ...]] = get_args(PostOnlyName)
SELF_TRADE_NAMES: Final[tuple[SelfTradeName, ...]] = get_args(SelfTradeName)
STATUS_NAMES: Final = tuple(status.name.lower() for status in OrderStatus)
PHASE_NAMES: Final = tuple(phase.name.lower() for phase in Phase)
CANCEL_REASON_NAMES: Final = tuple(reason.name for reason in CancelReason)

METHOD_NAMES: Final[tuple[MethodName, ...]] = get_args(MethodName)
ALERT_NAMES: Final = tuple(kind.name.lower() for kind in AlertKind)
BLOCK_END_NAMES: Final = tuple(end.name.lower() for end in BlockEnd)
BID_END_NAMES: Final = tuple(end.name.lower() for end in BidEnd)
RESTRICTION_NAMES: Final[tuple[RestrictionName, ...]] = get_args(RestrictionName)
COMPOSITE_NAMES: Final[tuple[CompositeName, ...]] = get_args(CompositeName)
PRICING_NAMES: Final[tuple[PricingName, ...]] = get_args(PricingName)
TOO_FEW_BIDS_NAMES: Final[tuple[TooFewBidsName, ...]] = get_args(TooFewBidsName)

SIDES: Final = dict(zip(SIDE_NAMES, Side, strict=True))
ORDER_TYPES: Final = dict(zip(ORDER_TYPE_NAMES, OrderType, strict=True))
TIMES_IN_FORCE: Final = dict(zip(TIME_IN_FORCE_NAMES, TimeInForce, strict=True))
POST_ONLY: Final = dict(zip(POST_ONLY_NAMES, PostOnly, strict=True))
SELF_TRADE: Final = dict(zip(SELF_TRADE_NAMES, SelfTrade, strict=True))
RESTRICTIONS: Final = dict(zip(RESTRICTION_NAMES, Restriction, strict=True))
COMPOSITES: Final = dict(zip(COMPOSITE_NAMES, CompositeMethod, strict=True))
PRICING: Final = dict(zip(PRICING_NAMES, Pricing, strict=True))
TOO_FEW_BIDS: Final = dict(zip(TOO_FEW_BIDS_NAMES, TooFewBids, strict=True))
PERMISSIONS: Final[dict[PermissionName, Permission]] = dict(
    zip(get_args(PermissionName), Permission, strict=True)
)


ORDER_KINDS: Final[dict[OrderKindName, OrderKind]] = dict(
    zip(get_args(OrderKindName), OrderKind, strict=True)
)


def order_kind_names(kinds: OrderKind) -> tuple[OrderKindName, ...]:
    """Return the names of kinds of order, in the vocabulary's order."""
    return tuple(name for name, flag in ORDER_KINDS.items() if flag in kinds)


def order_kinds_of(names: Iterable[OrderKindName]) -> OrderKind:
    """Return the kinds of order that names stand for."""
    kinds = OrderKind(0)
    for name in names:
        kinds |= ORDER_KINDS[name]
    return kinds


def permission_names(permissions: Permission) -> list[PermissionName]:
    """Return the names of a key's permissions, in the vocabulary's order."""
    return [name for name, flag in PERMISSIONS.items() if flag in permissions]


def permissions_of(names: list[PermissionName]) -> Permission:
    """Return the permissions that ``names`` list, in any order."""
    permissions = Permission(0)
    for name in names:
        permissions |= PERMISSIONS[name]
    return permissions
