"""``carbonex order``: translate client-visible ids to the log's ids, and back."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from carbonex.engine.book import ID_BITS
from carbonex.journal import LogReader, SnapshotStore, recover
from carbonex.wire.order_ids import Ids, OrderIds

from .failures import fail
from .logs import Directory, log_errors, warn


if TYPE_CHECKING:
    from carbonex.engine import Exchange


class Kind(StrEnum):
    """The kind of object that a client-visible id names."""

    ORDER = "order"
    BLOCK = "block"
    BID = "bid"


def order(
    directory: Directory,
    numbers: Annotated[
        list[int],
        typer.Argument(min=1, metavar="NUMBER…", help="Ids of orders, or of others."),
    ],
    listing: Annotated[
        str,
        typer.Option(
            metavar="INSTRUMENT", help="The numbers are listings of this instrument."
        ),
    ] = "",
    kind: Annotated[
        Kind, typer.Option(help="What the numbers are of, where not of listings.")
    ] = Kind.ORDER,
) -> None:
    """Tell which order of the log a client's number is, and by which clients know one.

    Clients see other numbers than the log, `carbonex replay` and alerts have, so that
    nobody learns how many orders, blocks and bids others place. A number of 15 digits
    is a client's, a smaller one the log's. It works beside a running server.
    """
    if listing and kind is not Kind.ORDER:
        fail(f"the numbers are of listings or of {kind}s; name --listing or --kind")
    with log_errors():
        log, snapshots = LogReader(directory), SnapshotStore(directory)
        recovered = recover(log, snapshots, upto=log.durable)
    warn([*log.warnings, *recovered.warnings])
    exchange = recovered.exchange
    if listing and listing not in exchange.instruments:
        fail(f"the venue has no instrument {listing}")
    for number in numbers:
        if listing:
            typer.echo(_listing(exchange, listing, number))
        else:
            typer.echo(_told(exchange, kind, number))


def _told(exchange: Exchange, kind: Kind, number: int) -> str:
    """Describe a client-visible id as the log's id, or a log id as clients see it."""
    ids: Ids = OrderIds(exchange)
    last = exchange.last_order_id
    if kind is Kind.BLOCK:
        ids, last = OrderIds(exchange).blocks, exchange.last_block_id
    elif kind is Kind.BID:
        ids, last = OrderIds(exchange).bids, exchange.last_bid_id
    meant = ids.meant(str(number))
    if 0 < meant <= last:
        return f"{number}: {kind} {meant} of the log"
    if number <= last:
        shown = ids.shown(number)
        return f"{number}: clients see {kind} {number} of the log as {shown}"
    return f"{number}: no {kind} of this venue has that number"


def _listing(exchange: Exchange, instrument: str, number: int) -> str:
    ids = OrderIds(exchange)
    meant = ids.listing_meant(instrument, str(number))
    refills, order_id = divmod(meant, 1 << ID_BITS)
    if meant <= 0 or not 0 < order_id <= exchange.last_order_id:
        return f"{number}: no listing of {instrument} has had that number"
    which = f", an iceberg, as refilled {refills} times" if refills else ""
    return f"{number}: order {order_id} of the log{which}"
