"""What accounts have."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` is what may be sold now.

    ``resale_locked`` was bought too recently to be sold; ``sellable`` tells from
    which trading day on, counted from this one (1 is the next), how much may be.
    """

    instrument: str
    quantity: int
    locked: int
    available: int
    resale_locked: int = 0
    sellable: dict[int, int] = {}


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` is what it has open needs."""

    account: str
    cash: Decimal
    locked: Decimal
    available: Decimal
    holdings: list[Holding]

    def holding(self, instrument: str) -> Holding:
        """Return the tonnes of ``instrument``, none if there never were any."""
        for holding in self.holdings:
            if holding.instrument == instrument:
                return holding
        return Holding(instrument, 0, 0, 0)
