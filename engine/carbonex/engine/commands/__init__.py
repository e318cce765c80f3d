"""Commands: imperatives that go into the engine and may be refused.

A command holds integers and names only: prices in fen per tonne, cash in fen,
quantities in tonnes, times in nanoseconds since the epoch (UTC). ``key`` is
the key it was sent with; the empty key is the venue itself, which only the
venue's own process can use. Commands are what the log stores, as arrays with
a numeric tag: fields are only ever added at the end, with a default, and a
tag is never reused.
"""

from .auctions import AuctionCommand, CancelBid, CloseAuction, OpenAuction, PlaceBid
from .blocks import AcceptBlock, BlockCommand, DeclineBlock, ProposeBlock, WithdrawBlock
from .limits import (
    MAX_BALANCE,
    MAX_NAME,
    MAX_OPEN_ORDERS,
    MAX_PRICE,
    MAX_QUANTITY,
    MAX_TIME_NS,
)
from .log import (
    ActivateSemantics,
    Batch,
    Checkpoint,
    Command,
    GatewayOpened,
    RefCommand,
    SkipRow,
)
from .market import (
    AdvanceTime,
    BeginDay,
    CancelDay,
    DelistInstrument,
    EndDay,
    HaltInstrument,
    ListInstrument,
    ResumeInstrument,
    SetComposite,
    UpdateInstrument,
)
from .orders import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    Conditions,
    OrderCommand,
    PlaceOrder,
)
from .registry import (
    AddKey,
    Deposit,
    Issue,
    MoveCommand,
    OpenAccount,
    RegisterParticipant,
    RestrictParticipant,
    Retire,
    RevokeKey,
    SetObligation,
    Surrender,
    Transfer,
    Withdraw,
)
from .sessions import (
    MAX_COUNTDOWN_NS,
    MAX_GRACE_NS,
    MIN_COUNTDOWN_NS,
    SessionClosed,
    SessionCommand,
    SessionOpened,
    SetCountdown,
)


__all__ = [
    "MAX_BALANCE",
    "MAX_COUNTDOWN_NS",
    "MAX_GRACE_NS",
    "MAX_NAME",
    "MAX_OPEN_ORDERS",
    "MAX_PRICE",
    "MAX_QUANTITY",
    "MAX_TIME_NS",
    "MIN_COUNTDOWN_NS",
    "AcceptBlock",
    "ActivateSemantics",
    "AddKey",
    "AdvanceTime",
    "AmendOrder",
    "AuctionCommand",
    "Batch",
    "BeginDay",
    "BlockCommand",
    "CancelAll",
    "CancelBid",
    "CancelDay",
    "CancelOrder",
    "Checkpoint",
    "CloseAuction",
    "Command",
    "Conditions",
    "DeclineBlock",
    "DelistInstrument",
    "Deposit",
    "EndDay",
    "GatewayOpened",
    "HaltInstrument",
    "Issue",
    "ListInstrument",
    "MoveCommand",
    "OpenAccount",
    "OpenAuction",
    "OrderCommand",
    "PlaceBid",
    "PlaceOrder",
    "ProposeBlock",
    "RefCommand",
    "RegisterParticipant",
    "RestrictParticipant",
    "ResumeInstrument",
    "Retire",
    "RevokeKey",
    "SessionClosed",
    "SessionCommand",
    "SessionOpened",
    "SetComposite",
    "SetCountdown",
    "SetObligation",
    "SkipRow",
    "Surrender",
    "Transfer",
    "UpdateInstrument",
    "Withdraw",
    "WithdrawBlock",
]
