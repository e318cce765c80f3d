"""A whole venue with its clients, simulated in one thread from one seed.

The code under test is the real one: server shell, session, venue, feed, engine, log
and SDK. The surroundings are simulated: event loops and their time (``loop``), the
network, the disk, and the faults that strike them (``faults``, as often as ``plans``
say). ``tap`` and ``promises`` record what clients received. After each history
``checker`` compares the record with the log (``truth``, rendered for clients by
``wording``).
"""
