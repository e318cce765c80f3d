"""Commands that are sound, and everything that can be wrong with each.

``cases`` has those of a plain exchange, ``market``, ``off_book`` and ``sessions``
the others. All are sound on the exchange that ``prepared`` makes.
"""

from .cases import CASES, Case, Fault
from .emergencies import EMERGENCY_CASES
from .market import MARKET_CASES
from .off_book import OFF_BOOK_CASES
from .sessions import SESSION_CASES


__all__ = [
    "CASES",
    "EMERGENCY_CASES",
    "MARKET_CASES",
    "OFF_BOOK_CASES",
    "SESSION_CASES",
    "Case",
    "Fault",
]
