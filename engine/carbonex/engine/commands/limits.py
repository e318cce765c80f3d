"""Upper limits of the values in commands."""

from __future__ import annotations

from typing import Final


MAX_PRICE: Final = 2**31  # fen; price × quantity then stays within 2^62
MAX_QUANTITY: Final = 2**31  # tonnes, in one order
MAX_BALANCE: Final = 2**62  # of any account, and of the venue in total
MAX_OPEN_ORDERS: Final = 1_000_000  # the highest cap on an account's open orders
MAX_NAME: Final = 36  # characters of any name that a client chooses
MAX_REASON: Final = 200  # characters of an operator's reason
MAX_TIME_NS: Final = 2**62  # of any time in the log: in the year 2116
