"""Recorded markets, sent through the venue again and compared with the record.

``lobster`` and ``bitstamp`` turn a data set's rows into the commands that its
owners must have sent, and nothing else; ``sender`` brings them to a venue;
``replay`` reads back what the venue made of them; the ``*_check`` modules say
where the outcome differs from what the real market recorded.
"""
