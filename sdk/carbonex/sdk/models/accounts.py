"""What accounts have."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` is what may be sold now.

    ``resale_locked`` was bought too recently to be sold; ``sellable`` tells from
    which trading day on, counted from this one (1 is the next), how much may be.
    ``frozen`` is what the registry has frozen, and ``freeze_pending`` what it has
    ordered to be as it becomes available.
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
    """What is frozen of an account's cash now, and what is to be as it becomes free.

    ``duplicate`` tells that the client ref had done it before, and how it stood then.
    """

    client_ref: str
    frozen: Decimal
    pending: Decimal
    duplicate: bool = False


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` is what it has open needs.

    ``frozen`` and ``freeze_pending`` are of the cash, as in Holding.
    """

    account: str
    cash: Decimal
    locked: Decimal
    available: Decimal
    holdings: list[Holding]
    frozen: Decimal = Decimal("0.00")
    freeze_pending: Decimal = Decimal("0.00")

    def holding(self, instrument: str) -> Holding:
        """Return the tonnes of ``instrument``, none if there never were any.

        Raises:
            TypeError: If it is not named by a string.

        """
        if not isinstance(instrument, str):
            raise TypeError(f"instrument must be a string, not {instrument!r}")
        for holding in self.holdings:
            if holding.instrument == instrument:
                return holding
        return Holding(instrument, 0, 0, 0)
