"""Order ids of the simulated venue: as clients see them and as the log has them.

A venue draws its secret when it is created. Here the secret is constant, so that checks
of a client need not wait for the log.
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
