"""Account balances."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` may be sold now.

    ``resale_locked`` was bought too recently to be sold. ``sellable`` gives, per number
    of trading days from this one (1 is the next), the tonnes that may be sold from then
    on. The registry has frozen ``frozen``; ``freeze_pending`` is to be frozen as it
    becomes available.
    """

    instrument: str
    quantity: int
    locked: int
    available: int
    resale_locked: int = 0
    sellable: dict[int, int] = {}
    frozen: int = 0
    freeze_pending: int = 0


class FrozenCash(msgspec.Struct, frozen=True):
    """An account's frozen cash, and the ``pending`` part to be frozen when free.

    ``duplicate`` marks a client ref that was already carried out. The amounts are those
    of that first time.
    """

    client_ref: str
    frozen: Decimal
    pending: Decimal
    duplicate: bool = False


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` covers open orders, blocks and bids.

    ``frozen`` and ``freeze_pending`` refer to cash; see Holding.
    """

    account: str
    cash: Decimal
    locked: Decimal
    available: Decimal
    holdings: list[Holding]
    frozen: Decimal = Decimal("0.00")
    freeze_pending: Decimal = Decimal("0.00")

    def holding(self, instrument: str) -> Holding:
        """Return the holding of ``instrument``, empty if it never had tonnes.

        Raises:
            TypeError: If ``instrument`` is not a string.

        """
        if not isinstance(instrument, str):
            raise TypeError(f"instrument must be a string, not {instrument!r}")
        for holding in self.holdings:
            if holding.instrument == instrument:
                return holding
        return Holding(instrument, 0, 0, 0)
