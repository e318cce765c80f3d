"""Methods and envelopes of requests, and the types of their answers."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from carbonex.wire import answers, requests
from carbonex.wire.answers import Error

from .models import (
    AccountTrades,
    Annulled,
    Auction,
    Auctions,
    Balances,
    Bid,
    Bids,
    Block,
    Blocks,
    FrozenCash,
    OpenOrders,
    OrderResult,
    OrderState,
    PastBulletins,
    Statement,
)


class Call(msgspec.Struct, frozen=True):
    """The envelope of a request."""

    method: str
    params: requests.Params
    req_id: int


class Incoming(msgspec.Struct, frozen=True):
    """The envelope of everything that arrives: an answer, or a channel's frame.

    An answer has a ``method``, a frame has a ``channel``.
    """

    method: str | None = None
    channel: str = ""
    type: str = ""
    data: msgspec.Raw = msgspec.Raw()
    req_id: int | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: Error | None = None
    time_out: int = 0


class PlacedItem(msgspec.Struct, frozen=True):
    """One order's outcome in batch_add: either a result or an error."""

    success: bool
    result: OrderResult | None = None
    error: Error | None = None


class PlacedBatch(msgspec.Struct, frozen=True):
    """The answer to batch_add."""

    orders: list[PlacedItem]


class CancelledItem(msgspec.Struct, frozen=True):
    """One order's outcome in batch_cancel: either a result or an error."""

    success: bool
    result: answers.Cancelled | None = None
    error: Error | None = None


class CancelledBatch(msgspec.Struct, frozen=True):
    """The answer to batch_cancel."""

    orders: list[CancelledItem]


# Method and result of each kind of params.
METHODS: Final[dict[type[requests.Params], tuple[str, Any]]] = {
    requests.Ping: ("ping", answers.Empty),
    requests.Login: ("login", answers.LoggedIn),
    requests.Logout: ("logout", answers.LoggedOut),
    requests.Subscribe: ("subscribe", answers.Subscribed),
    requests.Unsubscribe: ("unsubscribe", answers.Subscribed),
    requests.AddOrder: ("add_order", OrderResult),
    requests.AmendOrder: ("amend_order", OrderResult),
    requests.CancelOrder: ("cancel_order", answers.Cancelled),
    requests.CancelAll: ("cancel_all", answers.CancelledAll),
    requests.CancelAllOrdersAfter: ("cancel_all_orders_after", answers.Countdown),
    requests.BatchAdd: ("batch_add", PlacedBatch),
    requests.BatchCancel: ("batch_cancel", CancelledBatch),
    requests.OpenOrders: ("open_orders", OpenOrders),
    requests.Order: ("order", OrderState),
    requests.Balances: ("balances", Balances),
    requests.Blocks: ("blocks", Blocks),
    requests.Auctions: ("auctions", Auctions),
    requests.Bids: ("bids", Bids),
    requests.Obligations: ("obligations", answers.Obligations),
    requests.Eligibility: ("eligibility", answers.EligibilityTables),
    requests.Statement: ("statement", Statement),
    requests.Trades: ("trades", AccountTrades),
    requests.Bulletins: ("bulletins", PastBulletins),
    requests.ProposeBlock: ("propose_block", Block),
    requests.AcceptBlock: ("accept_block", Block),
    requests.DeclineBlock: ("decline_block", Block),
    requests.WithdrawBlock: ("withdraw_block", Block),
    requests.PlaceBid: ("place_bid", Bid),
    requests.CancelBid: ("cancel_bid", Bid),
    requests.OpenAuction: ("open_auction", Auction),
    requests.CloseAuction: ("close_auction", Auction),
    requests.ListInstrument: ("list_instrument", answers.Empty),
    requests.UpdateInstrument: ("update_instrument", answers.Empty),
    requests.DelistInstrument: ("delist_instrument", answers.Empty),
    requests.SetComposite: ("set_composite", answers.Empty),
    requests.Halt: ("halt", answers.Empty),
    requests.Resume: ("resume", answers.Empty),
    requests.SuspendVenue: ("suspend_venue", answers.Empty),
    requests.ResumeVenue: ("resume_venue", answers.Empty),
    requests.AnnulTrade: ("annul_trade", Annulled),
    requests.BeginDay: ("begin_day", answers.Empty),
    requests.EndDay: ("end_day", answers.Empty),
    requests.CancelDay: ("cancel_day", answers.Empty),
    requests.Restrict: ("restrict", answers.Empty),
    requests.RegisterParticipant: ("register_participant", answers.Empty),
    requests.OpenAccount: ("open_account", answers.Empty),
    requests.AddKey: ("add_key", answers.Empty),
    requests.RevokeKey: ("revoke_key", answers.Empty),
    requests.Deposit: ("deposit", answers.Moved),
    requests.Withdraw: ("withdraw", answers.Moved),
    requests.Issue: ("issue", answers.Moved),
    requests.Transfer: ("transfer", answers.Moved),
    requests.Retire: ("retire", answers.Moved),
    requests.FreezeCash: ("freeze_cash", FrozenCash),
    requests.FreezeTonnes: ("freeze_tonnes", answers.FrozenTonnes),
    requests.UnfreezeCash: ("unfreeze_cash", FrozenCash),
    requests.UnfreezeTonnes: ("unfreeze_tonnes", answers.FrozenTonnes),
    requests.SetObligation: ("set_obligation", answers.Obligation),
    requests.SetEligibility: ("set_eligibility", answers.Eligibility),
    requests.Surrender: ("surrender", answers.Moved),
}

# They change nothing, so they may be asked again on the next connection.
QUERIES: Final = (
    requests.Ping,
    requests.OpenOrders,
    requests.Order,
    requests.Balances,
    requests.Blocks,
    requests.Auctions,
    requests.Bids,
    requests.Obligations,
    requests.Eligibility,
    requests.Statement,
    requests.Trades,
    requests.Bulletins,
)
