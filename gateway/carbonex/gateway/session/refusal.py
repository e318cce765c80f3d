"""Refusals by the gateway itself: requests that never reach the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from carbonex.engine import Reason, Rejected
from carbonex.wire import requests
from carbonex.wire.errors import Code, error
from carbonex.wire.sentences import error_of
from carbonex.wire.vocabulary import permission_names


if TYPE_CHECKING:
    from carbonex.engine import Exchange, Key, Permission
    from carbonex.wire.answers import Error
    from carbonex.wire.codec import Codec

    Narrowed = (
        requests.OpenOrders | requests.Auctions | requests.Trades | requests.Bulletins
    )

# What BUSY suggests: by then a full queue has been through some commits.
BUSY_RETRY_MS: Final = 10


class Refused(Exception):  # noqa: N818 - a client's request, not an error of ours
    """A request that the gateway refuses; ``error`` is the answer."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def require_instrument(exchange: Exchange, p: Narrowed) -> None:
    """Let pass what asks for no certain instrument, or for one that there is.

    Raises:
        Refused: If there is no such instrument.

    """
    if p.instrument and p.instrument not in exchange.instruments:
        unknown = Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
        raise Refused(error_of(unknown, p, exchange.instruments))


def refuse_value(param: str, wanted: str, given: object) -> NoReturn:
    """Refuse a request whose member ``param`` is not what is wanted."""
    raise Refused(error(Code.BAD_TYPE, param, member=param, wanted=wanted, given=given))


def refuse_missing(owner: str, param: str, wanted: str) -> NoReturn:
    """Refuse a request of ``owner``'s kind that lacks its member ``param``."""
    raise Refused(
        error(Code.MISSING_MEMBER, param, owner=owner, member=param, wanted=wanted)
    )


def unknown_order(account: str, order_id: int, client_order_id: str) -> Error:
    """Return that an account has no such order, and has had none."""
    param = "order_id" if order_id else "client_order_id"
    wanted = requests.Order(str(order_id or ""), client_order_id, account)
    return error_of(Rejected(Reason.UNKNOWN_ORDER, param), wanted)


def denied(key: Key, needed: Permission, method: str, param: str = "") -> Error:
    """Return that ``key`` lacks a permission, which ``method`` needs."""
    return error(
        Code.PERMISSION_DENIED,
        param,
        method=method,
        needed=" or ".join(permission_names(needed)),
        key_id=key.key_id,
        held=", ".join(permission_names(key.permissions)),
    )


def unavailable(code: Code, method: str) -> Error:
    """Return why the venue takes no command now."""
    after_ms = BUSY_RETRY_MS if code is Code.BUSY else 0
    return error(code, retry_after_ms=after_ms, method=method)


def wrong_encoding(codec: Codec) -> Error:
    """Return why a frame of the other kind than the connection's is refused."""
    frames = "binary" if codec.binary else "text"
    return error(Code.WRONG_ENCODING, subprotocol=codec.subprotocol, frames=frames)
