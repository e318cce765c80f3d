"""China's official carbon market record, traded again by a venue.

The record holds the figures of every trading day, not its orders. ``listed``,
``composite``, ``blocks``, ``auctions`` and ``reopening`` work out trades that give
these figures. ``life`` lets a venue trade them in calendar order and reads its
channels. ``check`` compares the channels with the record. ``known`` lists every
necessary disagreement with its reason.
"""
