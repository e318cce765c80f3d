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
    AlertKind,
    AuctionTerms,
    BidEnd,
    BlockEnd,
    BlockTerms,
    CallTerms,
    CancelReason,
    Command,
    Conditions,
    Fees,
    Method,
    OrderKind,
    OrderStatus,
    OrderType,
    Permission,
    Phase,
    PlaceOrder,
    PostOnly,
    Pricing,
    Reason,
    Restriction,
    SelfTrade,
    SessionEnd,
    Side,
    Thresholds,
    TimeInForce,
    TooFewBids,
)


if TYPE_CHECKING:
    import enum

# Command, its tag, and its fields in the order in which the log has them.
COMMANDS = {
    1: "PlaceOrder key account instrument side price quantity order_type"
    " time_in_force post_only self_trade client_order_id deadline_ns conditions"
    " session",
    2: "AmendOrder key account order_id client_order_id price quantity deadline_ns"
    " stop_price",
    3: "CancelOrder key account order_id client_order_id deadline_ns",
    4: "CancelAll key account instrument side",
    10: "ListInstrument key instrument product tick lot max_quantity"
    " market_protection_permille reference band_permille sessions multi_day"
    " take_levels pick resale_days offset_permille position_limit"
    " large_holder_permille fees blocks auctions calls thresholds min_display_permille"
    " vintage order_kinds",
    11: "HaltInstrument key instrument",
    12: "ResumeInstrument key instrument",
    13: "UpdateInstrument key terms effective_date",
    14: "DelistInstrument key instrument",
    15: "SetComposite key product method",
    16: "SuspendVenue key reason",
    17: "ResumeVenue key reason",
    18: "AnnulTrade key instrument trade_id reason",
    20: "RegisterParticipant key participant",
    21: "AddKey key participant key_id public_key permissions",
    22: "RevokeKey key key_id",
    23: "OpenAccount key participant account max_client_ids max_open_orders max_stop_orders",
    24: "RestrictParticipant key participant restriction",
    30: "Deposit key account amount client_ref",
    31: "Withdraw key account amount client_ref",
    32: "Issue key account instrument quantity client_ref",
    33: "Transfer key account to_account instrument quantity client_ref",
    34: "SetObligation key participant year due",
    35: "Surrender key account instrument quantity year client_ref",
    36: "Retire key account instrument quantity client_ref transferred_out",
    37: "SetEligibility key product rules",
    38: "Freeze key account instrument quantity client_ref reason amount",
    39: "Unfreeze key account instrument quantity client_ref reason amount",
    40: "BeginDay key date ends_ns",
    41: "AdvanceTime key",
    42: "EndDay key",
    43: "CancelDay key",
    50: "GatewayOpened key",
    51: "Checkpoint key digest format",
    52: "SessionOpened key key_id session connection grace_ns cancel_on_disconnect",
    53: "SessionClosed key participant session connection cause",
    54: "SetCountdown key account timeout_ns",
    55: "ActivateSemantics key number",
    56: "SkipRow key position row key_id time_ns reason signature leaves_out",
    60: "ProposeBlock key account instrument side price quantity counterparty"
    " client_ref counters",
    61: "AcceptBlock key account block_id client_ref",
    62: "DeclineBlock key account block_id",
    63: "WithdrawBlock key account block_id",
    64: "HideOrderIds key secret",
    70: "OpenAuction key account instrument side quantity opens_ns closes_ns"
    " client_ref reserve bidder_limit pricing too_few_bids sealed",
    71: "PlaceBid key account auction_id price quantity client_ref",
    72: "CancelBid key account bid_id",
    73: "CloseAuction key auction_id cancel",
}

# Parts of commands, which are stored in the same way.
PARTS = {
    Fees: "maker taker block auction",
    BlockTerms: "min_quantity band_permille sessions",
    AuctionTerms: "allowed band_permille reserve_permille bidder_limit pricing"
    " too_few_bids sealed",
    CallTerms: "open_seconds resume_seconds",
    Thresholds: "cancel_ratio cancel_orders large_order quick_cancel_ms"
    " reverse_quantity vwap_deviation vwap_volume high_low volume_share"
    " share_volume",
    Conditions: "stop_price display_quantity expires_ns pick",
}

ENUMS: list[tuple[type[enum.Enum], str]] = [
    (Side, "BUY=0 SELL=1"),
    (OrderType, "LIMIT=0 MARKET=1 STOP=2 STOP_LIMIT=3"),
    (TimeInForce, "DAY=0 GTC=1 IOC=2 FOK=3 GTD=4"),
    (PostOnly, "OFF=0 REJECT=1 REPRICE=2"),
    (SelfTrade, "CANCEL_NEWEST=0 CANCEL_OLDEST=1 CANCEL_BOTH=2 DECREMENT=3"),
    (Phase, "CLOSED=0 TRADING=1 HALTED=2 PRE_OPEN=3 BREAK=4 CALL=5"),
    (OrderStatus, "OPEN=0 FILLED=1 CANCELLED=2"),
    (
        CancelReason,
        (
            "CLIENT=0 IOC=1 SELF_TRADE=2 SESSION_CLOSE=3 EXPIRED=4 TAKE_LEVELS=5"
            " OUT_OF_BAND=6 RESTRICTED=7 DELISTED=8 TERMS_CHANGED=9"
            " DISCONNECTED=10 COUNTDOWN=11 DAY_CANCELLED=12 FILL_LIMIT=13"
        ),
    ),
    (SessionEnd, "LOST=0 LOGOUT=1 LOGOUT_CANCELLING=2"),
    (Restriction, "NONE=0 SELL_ONLY=1 CANCEL_ONLY=2 SUSPENDED=3"),
    (Pricing, "PAY_AS_BID=0 UNIFORM=1"),
    (TooFewBids, "FILL_VALID=0 CANCEL=1 SELL_AT_LOWEST=2"),
    (Method, "LISTED=0 BLOCK=1 AUCTION=2"),
    (
        BlockEnd,
        (
            "ACCEPTED=0 DECLINED=1 WITHDRAWN=2 COUNTERED=3 EXPIRED=4 RESTRICTED=5"
            " DELISTED=6"
        ),
    ),
    (
        BidEnd,
        (
            "CANCELLED=0 FILLED=1 PARTLY_FILLED=2 LOST=3 AUCTION_CANCELLED=4"
            " RESTRICTED=5"
        ),
    ),
    (
        AlertKind,
        (
            "CANCEL_RATIO=0 QUICK_CANCEL=1 REVERSE_TRADES=2 PRICE_DEVIATION=3"
            " HIGH_LOW=4 VOLUME_SHARE=5"
        ),
    ),
    (OrderKind, "MARKET=1 STOP=2 ICEBERG=4 FOK=8 IOC=16 POST_ONLY=32"),
    (Permission, "READ=1 TRADE=2 OPERATE=4 REGISTRY=8 TRANSFER=16"),
    (
        Reason,
        (
            "DUPLICATE_CLIENT_ORDER_ID=4002 DUPLICATE_CLIENT_REF=4003"
            " DEADLINE_PASSED=4004 UNKNOWN_INSTRUMENT=3001 NOT_PERMITTED=3002"
            " UNKNOWN_PARTICIPANT=6001 UNKNOWN_ACCOUNT=6002 UNKNOWN_KEY=6003"
            " UNKNOWN_AUCTION=6011 UNKNOWN_PRODUCT=6019 ALREADY_EXISTS=6004 BAD_NAME=6005"
            " BAD_PARAMETER=6006 LAST_REGISTRY_KEY=6010 NO_TRADING_DAY=6012 DAY_HAS_TRADED=6013 UNKNOWN_TRADE=6015 TRADE_ANNULLED=6016 UNKNOWN_ORDER=4001"
            " UNKNOWN_BID=4009 RESTRICTED=3003 NOT_TRADABLE=3004 MARKET_CLOSED=3005"
            " VENUE_SUSPENDED=3032 HALTED=3006 NOT_HALTED=6007 NOT_SUSPENDED=6014"
            " NOT_ELIGIBLE=3028 VINTAGE_ENDED=3029 BAD_QTY=3007"
            " QTY_ABOVE_LISTED_MAX=3008"
            " QTY_BELOW_BLOCK_MIN=3009 BAD_TICK=3010 PRICE_OUT_OF_BAND=3011"
            " BLOCK_PRICE_OUT_OF_BAND=3012 STALE_PICK=3013 NOT_BEST_PRICE=3014"
            " PICK_OUT_OF_REACH=3027"
            " NO_SUCH_PROPOSAL=3015 COUNTERPARTY_MISMATCH=3016 WINDOW_CLOSED=3017"
            " BELOW_RESERVE=3018 BID_LIMIT=3019 BAD_AMOUNT=6008 BALANCE_LIMIT=6009"
            " QTY_BELOW_FILLED=4007 POSITION_LIMIT=3020 RESALE_LOCK=3021"
            " TONNES_FROZEN=3031 NOT_FROZEN=3033"
            " INSUFFICIENT_HOLDINGS=3022 CASH_FROZEN=3034"
            " INSUFFICIENT_FUNDS=3023 SELF_TRADE=3024"
            " OFFSET_CAP=3025 OBLIGATION_UNKNOWN=3026 KIND_NOT_ALLOWED=4008"
            " WOULD_TAKE_LIQUIDITY=4005 FOK_UNFILLABLE=4006 TOO_MANY_CLIENT_IDS=5004"
            " TOO_MANY_OPEN_ORDERS=5005 TOO_MANY_SESSIONS=5011 TOO_MANY_STOPS=5015"
        ),
    ),
]


def test_commands_keep_their_tags_and_fields() -> None:
    actual = {
        kind.__struct_config__.tag: f"{kind.__name__} {' '.join(kind.__struct_fields__)}"
        for kind in Command.__args__
    }
    assert actual == COMMANDS


@pytest.mark.parametrize("kind", PARTS, ids=lambda kind: kind.__name__)
def test_parts_of_commands_keep_their_fields(kind: type[msgspec.Struct]) -> None:
    assert " ".join(kind.__struct_fields__) == PARTS[kind]
    assert kind.__struct_config__.array_like


@pytest.mark.parametrize(("kind", "members"), ENUMS, ids=lambda item: str(item)[:30])
def test_members_keep_their_numbers(kind: type[enum.Enum], members: str) -> None:
    """For reasons their order is pinned too: it is the precedence."""
    assert " ".join(f"{m.name}={m.value}" for m in kind) == members


def test_a_command_is_an_array_that_begins_with_its_tag() -> None:
    place = PlaceOrder("k", "a", "CEA", BUY, 7463, 500, client_order_id="a-1")
    encoded = msgspec.json.encode(place)
    assert encoded == b'[1,"k","a","CEA",0,7463,500,0,0,0,0,"a-1",0,null,""]'
    short = b'[1,"k","a","CEA",0,7463,500]'  # from before there was more
    old = PlaceOrder("k", "a", "CEA", BUY, 7463, 500)
    assert msgspec.json.decode(short, type=Command) == old
