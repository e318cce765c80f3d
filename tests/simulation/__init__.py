"""A whole venue with its clients, simulated in one thread and by one seed.

The code is the real one: server shell, session, venue, feed, engine, log and
SDK. What is simulated is everything around it: event loops and their time
(``loop``), the network, the disk, and what becomes of them all. After each
history ``checker`` holds what clients were told against what the log says.
"""
