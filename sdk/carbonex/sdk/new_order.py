"""What makes an order, as traders write it and as the wire has it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypedDict

from carbonex.wire import requests

from .prices import price_text


if TYPE_CHECKING:
    from carbonex.wire.requests import (
        PostOnlyName,
        SelfTradeName,
        SideName,
        TimeInForceName,
    )

    from .prices import Price


class OrderOptions(TypedDict, total=False):
    """What buy and sell may be told beyond instrument, quantity and price."""

    time_in_force: TimeInForceName  # "day"
    post_only: PostOnlyName  # "off"
    self_trade: SelfTradeName  # "cancel_newest"
    client_order_id: str  # made up where it is left out


@dataclasses.dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be placed: ``price`` is CNY per tonne, or ``"market"``."""

    side: SideName
    instrument: str
    quantity: int
    price: Price
    time_in_force: TimeInForceName = "day"
    post_only: PostOnlyName = "off"
    self_trade: SelfTradeName = "cancel_newest"
    client_order_id: str = ""

    def params(
        self, account: str, client_order_id: str, deadline: int
    ) -> requests.AddOrder:
        """Return the request; ``client_order_id`` is for an order without one.

        Raises:
            TypeError, ValueError: If the price is not exact; see ``price_text``.

        """
        market = self.price == "market"
        return requests.AddOrder(
            self.instrument,
            self.side,
            self.quantity,
            price="" if market else price_text(self.price),
            order_type="market" if market else "limit",
            time_in_force=self.time_in_force,
            post_only=self.post_only,
            self_trade=self.self_trade,
            client_order_id=self.client_order_id or client_order_id,
            account=account,
            deadline=deadline,
        )
