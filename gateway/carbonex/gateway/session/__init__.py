"""One client's conversation with the venue, without the socket.

A Session is fed whole messages and puts answers into its outbox; every rule
of the protocol is here, so every rule can be tested without a network.
"""

from .services import Services
from .session import Session


__all__ = ["Services", "Session"]
