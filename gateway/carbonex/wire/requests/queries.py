"""Params of questions, answered from the venue's state or its history."""

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
    """List an account's resting orders, oldest first: those ``after`` an order id.

    ``limit`` is how many one answer has at most.
    """

    instrument: OptionalName = ""
    account: OptionalName = ""
    after: OptionalId = ""
    limit: Limit = MAX_PAGE


class Order(Params, frozen=True):
    """Look up one order: open, ended, or remembered by its client order id.

    A client order id is known for the trading day and the next.
    """

    order_id: OptionalId = ""
    client_order_id: OptionalName = ""
    account: OptionalName = ""


class Balances(Params, frozen=True):
    """Ask for an account's cash and tonnes."""

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
    """List what the key's own participant owes and has surrendered, year by year."""


class Eligibility(Params, frozen=True):
    """Ask which vintages cover which obligations, of a product or of all."""

    product: OptionalName = ""


class Statement(Params, frozen=True):
    """Ask for an account's statement of a trading day that has ended.

    ``format`` csv gives its page as a text, as ``carbonex statement`` writes it.
    Operators may name the venue's own account, ``venue fees``.
    """

    date: Date
    account: OptionalName = ""
    format: Literal["json", "csv"] = "json"
    page: Page = 1


class Trades(Params, frozen=True):
    """List an account's trades of all methods, oldest first.

    From the execution ``from_seq`` on; of one trading day or instrument, where
    these are named.
    """

    date: OptionalDate = ""
    instrument: OptionalName = ""
    account: OptionalName = ""
    from_seq: Sequence = 0


class Bulletins(Params, frozen=True):
    """Ask for the bulletins of a trading day that has ended."""

    date: Date
    instrument: OptionalName = ""
