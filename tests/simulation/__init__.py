"""A whole venue with its clients, simulated in one thread and by one seed.

The code is the real one: server shell, session, venue, feed, engine, log and
SDK. What is simulated is everything around it: event loops and their time
(``loop``), the network, the disk, and what becomes of them all (``faults``, as
often as ``plans`` say). ``tap`` and ``promises`` note what clients were told;
after each history ``checker`` holds it against what the log says (``truth``, put
as clients hear it by ``wording``).
"""
