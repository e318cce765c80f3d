"""``carbonex order``: from the number that a client sees of an order to the log's, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from carbonex.engine.book import ID_BITS
from carbonex.journal import LogReader, SnapshotStore, recover
from carbonex.wire.order_ids import OrderIds

from .failures import fail
from .logs import Directory, log_errors, warn


if TYPE_CHECKING:
    from carbonex.engine import Exchange


def order(
    directory: Directory,
    numbers: Annotated[
        list[int],
        typer.Argument(min=1, metavar="NUMBER…", help="Ids of orders, or of listings."),
    ],
    listing: Annotated[
        str,
        typer.Option(
            metavar="INSTRUMENT", help="The numbers are listings of this instrument."
        ),
    ] = "",
) -> None:
    """Tell which order of the log a client's number is, and by which clients know one.

    Clients see other numbers than the log, `carbonex replay` and alerts have, so that
    nobody learns how many orders others place. A number of 15 digits is a client's, a
    smaller one the log's. It works beside a running server.
    """
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
            typer.echo(_order(exchange, number))


def _order(exchange: Exchange, number: int) -> str:
    ids = OrderIds(exchange)
    meant = ids.meant(str(number))
    if 0 < meant <= exchange.last_order_id:
        return f"{number}: order {meant} of the log"
    if number <= exchange.last_order_id:
        return f"{number}: clients see order {number} of the log as {ids.shown(number)}"
    return f"{number}: no order of this venue has that number"


def _listing(exchange: Exchange, instrument: str, number: int) -> str:
    ids = OrderIds(exchange)
    meant = ids.listing_meant(instrument, str(number))
    refills, order_id = divmod(meant, 1 << ID_BITS)
    if meant <= 0 or not 0 < order_id <= exchange.last_order_id:
        return f"{number}: no listing of {instrument} has had that number"
    which = f", an iceberg, as refilled {refills} times" if refills else ""
    return f"{number}: order {order_id} of the log{which}"
