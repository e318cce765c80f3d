"""What a connection needs from its server."""

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
    """What a connection needs from its server."""

    clock: Clock
    limits: Limits
    metrics: Metrics
    holds: Holds
    budget: Budget
    transport_bytes: int  # TRANSPORT_BYTES, or less to see what comes of it

    def open_session(self, connection: Connection) -> Session:
        """Return the session that speaks through ``connection.outbox``."""

    def wake(self, connection: Connection) -> None:
        """Have ``connection.flush`` called, and the venue turned, before long."""

    def stalled(self, connection: Connection) -> None:
        """Have ``connection.resume`` called when requests have been answered."""

    def resumed(self, connection: Connection) -> None:
        """Take note that its client reads again."""

    def lost(self, connection: Connection) -> None:
        """Forget a connection that ended."""
