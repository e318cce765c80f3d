"""Refusals by the gateway itself: requests that never reach the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Reason, Rejected
from carbonex.wire.sentences import error_of


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.wire import requests
    from carbonex.wire.answers import Error

    Narrowed = (
        requests.OpenOrders | requests.Auctions | requests.Trades | requests.Bulletins
    )


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
        raise Refused(error_of(Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument"), p))
