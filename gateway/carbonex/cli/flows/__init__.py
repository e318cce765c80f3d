"""Recorded markets, sent through the venue and compared with the recording.

``lobster`` and ``bitstamp`` translate the rows of a data set to the commands that
the orders' owners must have sent. ``sender`` sends them to a venue, and ``replay``
replays the venue's log. The ``*_check`` modules report every difference from the
recorded market.
"""
