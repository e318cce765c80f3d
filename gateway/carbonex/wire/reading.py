"""Read requests strictly: every ambiguity is refused with the member's name.

``RequestReader`` is the fast path for valid messages. It decodes each message once, to
a dict with countable members, and converts that to the params of the method.
``diagnosis`` explains what is wrong with the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from msgspec import convert

from . import requests
from .answers import Members, Request
from .codec import JSON, MSGPACK, Codec
from .diagnosis import UNREADABLE, Fault, diagnose, repeated
from .members import repeated_json, repeated_msgpack


if TYPE_CHECKING:
    from .requests import Params


# Every method of the API, with the type of its params.
PARAMS: Final[dict[str, type[Params]]] = {
    "ping": requests.Ping,
    "login": requests.Login,
    "logout": requests.Logout,
    "subscribe": requests.Subscribe,
    "unsubscribe": requests.Unsubscribe,
    "add_order": requests.AddOrder,
    "amend_order": requests.AmendOrder,
    "cancel_order": requests.CancelOrder,
    "cancel_all": requests.CancelAll,
    "cancel_all_orders_after": requests.CancelAllOrdersAfter,
    "batch_add": requests.BatchAdd,
    "batch_cancel": requests.BatchCancel,
    "open_orders": requests.OpenOrders,
    "order": requests.Order,
    "balances": requests.Balances,
    "blocks": requests.Blocks,
    "auctions": requests.Auctions,
    "bids": requests.Bids,
    "obligations": requests.Obligations,
    "eligibility": requests.Eligibility,
    "statement": requests.Statement,
    "trades": requests.Trades,
    "bulletins": requests.Bulletins,
    "propose_block": requests.ProposeBlock,
    "accept_block": requests.AcceptBlock,
    "decline_block": requests.DeclineBlock,
    "withdraw_block": requests.WithdrawBlock,
    "place_bid": requests.PlaceBid,
    "cancel_bid": requests.CancelBid,
    "open_auction": requests.OpenAuction,
    "close_auction": requests.CloseAuction,
    "list_instrument": requests.ListInstrument,
    "update_instrument": requests.UpdateInstrument,
    "delist_instrument": requests.DelistInstrument,
    "set_composite": requests.SetComposite,
    "halt": requests.Halt,
    "resume": requests.Resume,
    "suspend_venue": requests.SuspendVenue,
    "resume_venue": requests.ResumeVenue,
    "annul_trade": requests.AnnulTrade,
    "begin_day": requests.BeginDay,
    "end_day": requests.EndDay,
    "cancel_day": requests.CancelDay,
    "restrict": requests.Restrict,
    "register_participant": requests.RegisterParticipant,
    "open_account": requests.OpenAccount,
    "add_key": requests.AddKey,
    "revoke_key": requests.RevokeKey,
    "deposit": requests.Deposit,
    "withdraw": requests.Withdraw,
    "issue": requests.Issue,
    "transfer": requests.Transfer,
    "retire": requests.Retire,
    "freeze_cash": requests.FreezeCash,
    "freeze_tonnes": requests.FreezeTonnes,
    "unfreeze_cash": requests.UnfreezeCash,
    "unfreeze_tonnes": requests.UnfreezeTonnes,
    "set_obligation": requests.SetObligation,
    "set_eligibility": requests.SetEligibility,
    "surrender": requests.Surrender,
}


# In bytes, or characters of JSON. A batch of 50 ordinary orders is shorter.
LONG: Final = 16_384


@final
class RequestReader:
    """Reads one encoding's requests; one reader serves any number of connections."""

    def __init__(self, codec: Codec) -> None:
        self._codec: Final = codec
        self._members: Final = codec.decoder(Members).decode
        self._requests: Final = codec.decoder(Request).decode

    def read(self, data: str | bytes) -> tuple[str, Any, int | None]:
        """Return the method, params and req_id of the request in ``data``.

        ``data`` is a str for JSON, bytes for MessagePack.

        Raises:
            Fault: If the request is invalid, with the error to answer.

        """
        if len(data) > LONG:
            self._look_over(data)
        try:
            members = self._members(data)
            method, given, req_id = members.method, members.params, members.req_id
            params = convert(given or {}, PARAMS[method])
        except (KeyError, *UNREADABLE):
            raise diagnose(self._codec, PARAMS, data) from None
        if isinstance(data, str):
            name = repeated_json(data, given, req_id)
        else:
            name = repeated_msgpack(data, members)
        if name is not None:
            raise Fault(repeated(name), method, req_id)
        return method, params, req_id

    def _look_over(self, data: str | bytes) -> None:
        """Refuse a long message for its first error.

        Values of unknown members never become objects: 64 KiB can hold 65,000 empty
        lists.

        Raises:
            Fault: As ``read``.

        """
        try:
            request = self._requests(data)
            kind = PARAMS[request.method]
            if bytes(request.params):
                self._codec.decoder(kind).decode(request.params)
        except (KeyError, *UNREADABLE):
            raise diagnose(self._codec, PARAMS, data) from None


READERS: Final = {codec.name: RequestReader(codec) for codec in (JSON, MSGPACK)}
