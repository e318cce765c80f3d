"""A command's fields, where they are read all at once."""

from __future__ import annotations

from typing import get_args, get_type_hints

from carbonex.engine import PlaceOrder
from carbonex.engine.commands import orders


def test_an_orders_fields_are_in_the_order_in_which_they_are_read() -> None:
    hints = get_type_hints(PlaceOrder)
    assert tuple(hints) == PlaceOrder.__struct_fields__
    assert get_args(orders.PlaceOrderFields) == tuple(hints.values())
