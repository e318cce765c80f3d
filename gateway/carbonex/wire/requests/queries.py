"""Params of queries, answered from the venue's state or its history."""

from __future__ import annotations

from typing import Literal

from .base import (
    MAX_PAGE,
    Date,
    Limit,
    OptionalDate,
    OptionalId,
    OptionalName,
    Page,
    Params,
    Sequence,
)


class OpenOrders(Params, frozen=True):
    """List an account's resting orders, oldest first, ``after`` an order id.

    ``limit`` is the maximum number of orders in one answer.
    """

    instrument: OptionalName = ""
    account: OptionalName = ""
    after: OptionalId = ""
    limit: Limit = MAX_PAGE


class Order(Params, frozen=True):
    """Look up one order, open or ended, by its order id or client order id.

    A client order id is known for the trading day and the next one.
    """

    order_id: OptionalId = ""
    client_order_id: OptionalName = ""
    account: OptionalName = ""


class Balances(Params, frozen=True):
    """Query an account's cash and tonnes."""

    account: OptionalName = ""


class Blocks(Params, frozen=True):
    """List the open block proposals made by or to an account's participant."""

    account: OptionalName = ""


class Auctions(Params, frozen=True):
    """List the one-way auctions that are announced or open."""

    instrument: OptionalName = ""


class Bids(Params, frozen=True):
    """List an account's open bids."""

    account: OptionalName = ""


class Obligations(Params, frozen=True):
    """List the obligations and surrenders of the key's own participant, by year."""


class Eligibility(Params, frozen=True):
    """Query which vintages cover which obligations, for one product or all."""

    product: OptionalName = ""


class Statement(Params, frozen=True):
    """Query an account's statement of a trading day that has ended.

    ``format`` csv returns the page as text, as ``carbonex statement`` writes it.
    Operators may name the venue's own account, ``venue fees``.
    """

    date: Date
    account: OptionalName = ""
    format: Literal["json", "csv"] = "json"
    page: Page = 1


class Trades(Params, frozen=True):
    """List an account's trades of all methods, oldest first.

    The list begins at execution ``from_seq``. ``date`` and ``instrument`` narrow it.
    """

    date: OptionalDate = ""
    instrument: OptionalName = ""
    account: OptionalName = ""
    from_seq: Sequence = 0


class Bulletins(Params, frozen=True):
    """Query the bulletins of a trading day that has ended."""

    date: Date
    instrument: OptionalName = ""
