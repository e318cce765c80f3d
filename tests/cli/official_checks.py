"""Whether trades come to a day's figures, counted in the simplest way."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from carbonex.cli.official.methods import newest
from carbonex.engine import CompositeMethod


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonex.cli.official.auctions import Bid
    from carbonex.cli.official.blocks import Block
    from carbonex.cli.official.files import CeaDay, Sums
    from carbonex.cli.official.listed import ListedTrade


def mean(values: Iterable[int]) -> int:
    """The mean in fen, half a fen rounded up."""
    numbers = list(values)
    exact = Decimal(sum(numbers)) / len(numbers)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def add_up(trades: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Tonnes and fen of trades (price, quantity)."""
    prices_and_quantities = list(trades)
    return (
        sum(quantity for _, quantity in prices_and_quantities),
        sum(price * quantity for price, quantity in prices_and_quantities),
    )


def references(vintages: Iterable[CeaDay]) -> list[int]:
    """P0 of each: the close before, on its first day where it opened."""
    return [row.previous_close or row.open for row in vintages]


def check_listed(
    vintages: Sequence[CeaDay],
    composite: CeaDay,
    trades: Sequence[ListedTrade],
    method: CompositeMethod = CompositeMethod.MEAN,
) -> None:
    """The trades give every vintage's day, and the composite's where published."""
    for row in vintages:
        own = [(t.price, t.quantity) for t in trades if t.instrument == row.instrument]
        assert add_up(own) == row.listed
        assert len(own) <= 10 + row.listed.quantity // 99_999
        assert all(0 < quantity < 100_000 for _, quantity in own)
        if own:
            seen = [price for price, _ in own]
            assert (seen[0], max(seen), min(seen)) == (row.open, row.high, row.low)
    last = {
        row.instrument: reference
        for row, reference in zip(vintages, references(vintages), strict=True)
    }
    values = []
    for trade in trades:
        last[trade.instrument] = trade.price
        leader = last[newest(vintages).instrument]
        newest_leads = method is CompositeMethod.NEWEST
        values.append(leader if newest_leads else mean(last.values()))
    if values and composite.open:
        published = composite.open, composite.high, composite.low
        assert (values[0], max(values), min(values)) == published


def check_blocks(sums: Sums, reference: int, traded: Sequence[Block]) -> None:
    """The blocks give the sums, each large enough and within 30 % of P0."""
    assert add_up(traded) == sums
    for price, quantity in traded:
        assert quantity >= 100_000
        assert 700 * reference - 500 <= 1000 * price <= 1300 * reference + 500


def check_auction(sums: Sums, reserve: int, entered: Sequence[Bid]) -> None:
    """Served by price, then by time, the bids get what they should and pay the sum."""
    left = sums.quantity
    paid = 0
    for bid in sorted(entered, key=lambda bid: -bid.price):
        got = min(bid.quantity, left)
        assert bid.allotted == got
        assert bid.price >= reserve
        left -= got
        paid += got * bid.price
    assert (left, paid) == (0, sums.turnover)
