"""Stages for scenarios about block trades and one-way auctions."""

from __future__ import annotations


# P0 is 70.00: blocks trade from 49.00 to 91.00, from 100 t on.
BLOCK_FLOOR = """
    list CEA band 100 p0 70.00 blocks 100/300
    account maker cash 100000.00 CEA 1000
    account taker cash 100000.00 CEA 1000
    account third cash 100000.00 CEA 1000
    begin 20250106 until 1000000
"""

# P0 is 100.00; bids go up to 110.00 and, unless an auction says otherwise, no
# lower than 90.00.
AUCTION_FLOOR = """
    list CEA band 100 p0 100.00 auctions 100/900
    account maker cash 100000.00 CEA 1000
    account taker cash 100000.00 CEA 1000
    account third cash 100000.00 CEA 1000
    begin 20250106 until 1000
"""
# The window of auction 1 is [100, 200).
AUCTION_OPENED = f"""{AUCTION_FLOOR}
    auction of maker sell 1000 from 100 to 200
    time 100
"""
