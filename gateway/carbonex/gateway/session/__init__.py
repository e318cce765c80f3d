"""One client's conversation with the venue, without the socket.

A Session receives whole messages and puts answers into its outbox. It holds every
rule of the protocol, so every rule can be tested without a network.
"""

from .services import Services
from .session import Session


__all__ = ["Services", "Session"]
