"""Numbers of orders: what clients of the simulated venue see, and what the log has.

The venue draws its secret when it is made, which here is always the same, so that
whoever checks a client need not wait for the log.
"""

from __future__ import annotations

from typing import Final

from carbonex.engine import Exchange
from carbonex.wire.order_ids import OrderIds


SECRET: Final = bytes(range(32))


def _ids() -> OrderIds:
    exchange = Exchange()
    exchange.secret = SECRET
    return OrderIds(exchange)


IDS: Final = _ids()
