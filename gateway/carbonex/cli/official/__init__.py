"""China's official carbon market record, lived again by a venue.

The record tells what every trading day came to, not its orders. ``listed``,
``composite``, ``blocks``, ``auctions`` and ``reopening`` work out trades that
give the day's figures; ``life`` lets a venue live them in calendar order and
reads what its channels say, ``check`` compares that with the record, and ``known``
lists, one by one, the disagreements that there must be, and why.
"""
