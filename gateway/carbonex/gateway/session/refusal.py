"""Refusals by the gateway itself, of requests that never reach the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from msgspec.structs import replace

from carbonex.engine import (
    AcceptBlock,
    AmendOrder,
    CancelOrder,
    DeclineBlock,
    PlaceOrder,
    Reason,
    Rejected,
    WithdrawBlock,
)
from carbonex.wire import requests
from carbonex.wire.errors import Code, error
from carbonex.wire.sentences import error_of
from carbonex.wire.vocabulary import permission_names


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Command, Exchange, Key, Permission
    from carbonex.wire.answers import Error
    from carbonex.wire.codec import Codec
    from carbonex.wire.order_ids import OrderIds

    Narrowed = (
        requests.OpenOrders | requests.Auctions | requests.Trades | requests.Bulletins
    )

# Refusals whose value is a listing's number.
_OF_LISTINGS: Final = (Reason.STALE_PICK, Reason.NOT_BEST_PRICE)

# Commands that name a block proposal, and refusals whose value is a proposal's number.
_OF_BLOCKS: Final = (AcceptBlock, DeclineBlock, WithdrawBlock)
_NAMING_BLOCKS: Final = (Reason.NO_SUCH_PROPOSAL, Reason.COUNTERPARTY_MISMATCH)

# Wait that BUSY suggests: a full queue has been through some commits by then.
BUSY_RETRY_MS: Final = 10


class Refused(Exception):  # noqa: N818 - a client's request, not an error of ours
    """Raised for a request that the gateway refuses; ``error`` is the answer."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def problem_of(
    rejected: Rejected, command: Command, ids: OrderIds, instruments: Iterable[str]
) -> Error:
    """Return an engine's refusal as an error with the client's own ids.

    Linear in ``instruments`` if the instrument is unknown (see ``error_of``).
    """
    return error_of(*_as_client(rejected, command, ids), instruments)


def require_instrument(exchange: Exchange, p: Narrowed) -> None:
    """Refuse an instrument that does not exist; an empty name passes.

    Raises:
        Refused: If the instrument is unknown.

    """
    if p.instrument and p.instrument not in exchange.instruments:
        unknown = Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
        raise Refused(error_of(unknown, p, exchange.instruments))


def refuse_value(param: str, wanted: str, given: object) -> NoReturn:
    """Refuse a request whose member ``param`` is not as ``wanted``."""
    raise Refused(error(Code.BAD_TYPE, param, member=param, wanted=wanted, given=given))


def refuse_missing(owner: str, param: str, wanted: str) -> NoReturn:
    """Refuse a request of kind ``owner`` that lacks its member ``param``."""
    raise Refused(
        error(Code.MISSING_MEMBER, param, owner=owner, member=param, wanted=wanted)
    )


def unknown_order(account: str, order_id: str, client_order_id: str) -> Error:
    """Return the error that an account has no such order and never had one."""
    param = "order_id" if order_id else "client_order_id"
    wanted = requests.Order(order_id, client_order_id, account)
    return error_of(Rejected(Reason.UNKNOWN_ORDER, param), wanted)


def _as_client(
    rejected: Rejected, command: Command, ids: OrderIds
) -> tuple[Rejected, Command]:
    """Return both with the engine's ids replaced by the client's."""
    reason, value = rejected.reason, rejected.value
    if reason in _OF_LISTINGS and isinstance(command, PlaceOrder):
        shown = ids.listing_shown(command.instrument, value)
        return replace(rejected, value=int(shown)), command
    if reason is Reason.SELF_TRADE and value:  # met an order of the participant's own
        rejected = replace(rejected, value=int(ids.shown(value)))
    if isinstance(command, AmendOrder | CancelOrder) and command.order_id:
        command = replace(command, order_id=int(ids.shown(command.order_id)))
    elif isinstance(command, _OF_BLOCKS):
        command = replace(command, block_id=int(ids.blocks.shown(command.block_id)))
    if reason is Reason.UNKNOWN_BID:
        rejected = replace(rejected, value=int(ids.bids.shown(value)))
    if reason in _NAMING_BLOCKS and value:
        rejected = replace(rejected, value=int(ids.blocks.shown(value)))
    return rejected, command


def denied(key: Key, needed: Permission, method: str, param: str = "") -> Error:
    """Return the error that ``key`` lacks the permission for ``method``."""
    return error(
        Code.PERMISSION_DENIED,
        param,
        method=method,
        needed=" or ".join(permission_names(needed)),
        key_id=key.key_id,
        held=", ".join(permission_names(key.permissions)),
    )


def unavailable(code: Code, method: str) -> Error:
    """Return the error that the venue accepts no command now."""
    after_ms = BUSY_RETRY_MS if code is Code.BUSY else 0
    return error(code, retry_after_ms=after_ms, method=method)


def wrong_encoding(codec: Codec) -> Error:
    """Return the error for a text frame on a binary connection, or the reverse."""
    frames = "binary" if codec.binary else "text"
    return error(Code.WRONG_ENCODING, subprotocol=codec.subprotocol, frames=frames)
