"""New orders, as traders write them and as the wire encodes them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypedDict

from carbonex.wire import requests

from .checks import row_of
from .prices import price_text
from .times import micros


if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from carbonex.wire.requests import (
        OrderTypeName,
        PostOnlyName,
        SelfTradeName,
        SideName,
        TimeInForceName,
    )

    from .models import Listing
    from .prices import Price


class OrderOptions(TypedDict, total=False):
    """Options of buy and sell besides instrument, quantity and price.

    An order with a ``stop_price`` waits until a trade reaches it. An order with a
    ``display_quantity`` (tonnes) is an iceberg: the book shows that much at a time.
    ``pick`` gives listings at the best price to take first, where the instrument allows
    it: Listings from ``venue.listings``, or their numbers.
    """

    time_in_force: TimeInForceName  # "day", or "gtd" with ``expires``
    post_only: PostOnlyName  # "off"
    self_trade: SelfTradeName  # "cancel_newest"
    client_order_id: str  # generated if omitted
    stop_price: Price
    display_quantity: int
    expires: dt.datetime  # with a time zone
    pick: Sequence[str | Listing]


@dataclasses.dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be placed: ``price`` is CNY per tonne, or ``"market"``.

    See OrderOptions for the other fields.
    """

    side: SideName
    instrument: str
    quantity: int
    price: Price
    time_in_force: TimeInForceName = "day"
    post_only: PostOnlyName = "off"
    self_trade: SelfTradeName = "cancel_newest"
    client_order_id: str = ""
    stop_price: Price | None = None
    display_quantity: int = 0
    expires: dt.datetime | None = None
    pick: Sequence[str | Listing] = ()

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            TypeError, ValueError: If a field has the wrong type or an invalid value.

        """
        for name, default, check in _FIELDS:
            if (value := getattr(self, name)) is not default:
                check(name, value)

    @property
    def order_type(self) -> OrderTypeName:
        """The order type, derived from price and stop price."""
        if self.stop_price is not None:
            return "stop" if self.price == "market" else "stop_limit"
        return "market" if self.price == "market" else "limit"

    def params(
        self, account: str, client_order_id: str, deadline: int
    ) -> requests.AddOrder:
        """Return the request; ``client_order_id`` is for an order without one.

        Raises:
            TypeError, ValueError: If a price is not exact (see ``price_text``), or
                ``expires`` has no time zone.

        """
        time_in_force = self.time_in_force
        if self.expires is not None and time_in_force == "day":
            time_in_force = "gtd"
        return requests.AddOrder(
            self.instrument,
            self.side,
            self.quantity,
            price="" if self.price == "market" else price_text(self.price),
            order_type=self.order_type,
            time_in_force=time_in_force,
            post_only=self.post_only,
            self_trade=self.self_trade,
            client_order_id=self.client_order_id or client_order_id,
            account=account,
            deadline=deadline,
            stop_price="" if self.stop_price is None else price_text(self.stop_price),
            display_quantity=self.display_quantity,
            expires=0 if self.expires is None else micros("expires", self.expires),
            pick=tuple(
                each if isinstance(each, str) else each.number for each in self.pick
            ),
        )


_FIELDS: Final = [
    (field.name, field.default, row_of("NewOrder", field.name))
    for field in dataclasses.fields(NewOrder)
]
