"""Stages that several files of scenarios share."""

from __future__ import annotations


TRADERS = """
    account maker cash 100000.00 CEA 1000
    account taker cash 100000.00 CEA 1000
    account third cash 100000.00 CEA 1000
"""
COMPANIES = """
    account maker cash 1000000.00 CEA 10000
    account taker cash 1000000.00 CEA 10000
    account third cash 1000000.00 CEA 10000
"""

# P0 is 70.00: orders go from 63.00 to 77.00.
BAND_FLOOR = f"""
    list CEA p0 70.00 band 100
    {COMPANIES}
    begin 20250106 until 1000
"""

# The hours of the rulebook; it is half an hour before the first session.
MORNING = f"""
    {TRADERS}
    time 20250106T09:00:00
"""
SESSION_FLOOR = f"""
    list CEA p0 70.00 band 100 sessions 09:30-11:30,13:00-15:00 day-only
    {MORNING}
    begin 20250106
"""

# P0 is 70.00: blocks trade from 49.00 to 91.00, from 100 t on.
BLOCK_FLOOR = f"""
    list CEA band 100 p0 70.00 blocks 100/300
    {TRADERS}
    begin 20250106 until 1000000
"""

# P0 is 100.00; bids go up to 110.00 and, unless an auction says otherwise, no
# lower than 90.00.
AUCTION_FLOOR = f"""
    list CEA band 100 p0 100.00 auctions 100/900
    {TRADERS}
    begin 20250106 until 1000
"""
# The window of auction 1 is [100, 200).
AUCTION_OPENED = f"""{AUCTION_FLOOR}
    auction of maker sell 1000 from 100 to 200
    time 100
"""
