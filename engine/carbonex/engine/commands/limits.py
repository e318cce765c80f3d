"""How large any value may be."""

from __future__ import annotations

from typing import Final


MAX_PRICE: Final = 2**31  # fen; price × quantity then stays within 2^62
MAX_QUANTITY: Final = 2**31  # tonnes, in one order
MAX_BALANCE: Final = 2**62  # of any account, and of the venue in total
MAX_OPEN_ORDERS: Final = 1_000_000  # the greatest cap on what an account has open
MAX_NAME: Final = 36  # characters of any name that a client chooses
MAX_REASON: Final = 200  # characters of why an operator decides something
MAX_TIME_NS: Final = 2**62  # of any moment that the log names: in the year 2116
