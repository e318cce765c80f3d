"""Block trades that give a day's block figures: one, or two at two prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire.money import format_fen

from .listed import UnsolvableError, name_of


if TYPE_CHECKING:
    from .files import CeaDay


SMALLEST: Final = 100_000  # tonnes in one block


class Block(NamedTuple):
    """A block trade; price in fen, quantity in tonnes."""

    price: int
    quantity: int


def blocks(day: CeaDay, lowest: int, highest: int) -> tuple[Block, ...]:
    """Return a day's blocks of at least SMALLEST tonnes, within the price limits.

    Prices are from ``lowest`` to ``highest``, as near to the mean as possible.

    Raises:
        UnsolvableError: If neither one nor two blocks give both sums.

    """
    quantity, turnover = day.block
    if not quantity:
        return ()
    mean, more = divmod(turnover, quantity)
    if not more and quantity >= SMALLEST and lowest <= mean <= highest:
        return (Block(mean, quantity),)
    for low in range(min(mean, highest), lowest - 1, -1):
        for high in range(mean + 1, highest + 1):
            upper, wrong = divmod(turnover - low * quantity, high - low)
            if upper < SMALLEST:
                break
            if not wrong and upper <= quantity - SMALLEST:
                return Block(low, quantity - upper), Block(high, upper)
    raise UnsolvableError(
        f"{name_of(day)}: no two blocks from {format_fen(lowest)} to"
        f" {format_fen(highest)} come to {quantity} t and CNY {format_fen(turnover)}",
        "block",
    )
