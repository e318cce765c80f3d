"""The interface of the server that a connection needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from carbonex.gateway.budget import Budget
    from carbonex.gateway.config import Limits
    from carbonex.gateway.holds import Holds
    from carbonex.gateway.server.host.clock import Clock
    from carbonex.gateway.server.metrics import Metrics
    from carbonex.gateway.session.session import Session

    from .connection import Connection


class Host(Protocol):
    """The interface of the server that a connection needs."""

    clock: Clock
    limits: Limits
    metrics: Metrics
    holds: Holds
    budget: Budget
    transport_bytes: int  # TRANSPORT_BYTES; less in tests

    def open_session(self, connection: Connection) -> Session:
        """Create the session that answers through ``connection.outbox``."""

    def wake(self, connection: Connection) -> None:
        """Schedule ``connection.flush`` and a pipeline turn."""

    def stalled(self, connection: Connection) -> None:
        """Schedule ``connection.resume`` for when requests have been answered."""

    def resumed(self, connection: Connection) -> None:
        """Note that its client reads again."""

    def lost(self, connection: Connection) -> None:
        """Forget a closed connection."""
