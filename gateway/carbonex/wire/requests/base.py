"""The base of all params, and the types of their members."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from carbonex.engine import MAX_COUNTDOWN_NS, MAX_GRACE_NS, MAX_REASON
from carbonex.wire.patterns import whole
from carbonex.wire.units import NS_PER_MS, NS_PER_SECOND


MAX_BATCH: Final = 50
MAX_PAGE: Final = 1_000
MAX_TIMEOUT: Final = MAX_COUNTDOWN_NS // NS_PER_SECOND
MAX_GRACE_MS: Final = MAX_GRACE_NS // NS_PER_MS

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
# An operator's reason for a decision, written for people, in any language.
Explanation = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON)]
OptionalName = Annotated[str, msgspec.Meta(max_length=36)]
Id = Annotated[str, msgspec.Meta(pattern=whole("[1-9][0-9]{0,17}"))]
OptionalId = Annotated[str, msgspec.Meta(pattern=whole("|[1-9][0-9]{0,17}"))]
Quantity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Micros = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Timeout = Annotated[int, msgspec.Meta(ge=0, le=MAX_TIMEOUT)]
Grace = Annotated[int, msgspec.Meta(ge=0, le=MAX_GRACE_MS)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE)]
Page = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
Date = Annotated[str, msgspec.Meta(pattern=whole("[0-9]{4}-[0-9]{2}-[0-9]{2}"))]
OptionalDate = Annotated[
    str, msgspec.Meta(pattern=whole("|[0-9]{4}-[0-9]{2}-[0-9]{2}"))
]

SideName = Literal["buy", "sell"]
OrderTypeName = Literal["limit", "market", "stop", "stop_limit"]
TimeInForceName = Literal["day", "gtc", "ioc", "fok", "gtd"]
PostOnlyName = Literal["off", "reject", "reprice"]
SelfTradeName = Literal["cancel_newest", "cancel_oldest", "cancel_both", "decrement"]
PermissionName = Literal["read", "trade", "operate", "registry", "transfer"]
RestrictionName = Literal["none", "sell_only", "cancel_only", "suspended"]
MethodName = Literal["listed", "block", "auction"]
OrderKindName = Literal["market", "stop", "iceberg", "fok", "ioc", "post_only"]
PricingName = Literal["pay_as_bid", "uniform"]
CompositeName = Literal["mean", "newest"]
TooFewBidsName = Literal["fill_valid", "cancel", "sell_at_lowest"]
ChannelName = Literal[
    "status",
    "heartbeat",
    "instrument",
    "ticker",
    "trade",
    "book",
    "listings",
    "bulletin",
    "auction",
    "premium",
    "executions",
    "balances",
    "blocks",
    "bids",
    "alerts",
    "countdown",
]


class Params(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The base of all params; unknown members are refused."""
