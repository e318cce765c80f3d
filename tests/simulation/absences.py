"""The sessions with cancel on disconnect, and the time since each was lost.

Everything is derived from the log alone. Once a session's grace has ended, none of its
orders may be open, even if the server died in between. Before that, none may be
cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from carbonex.engine import (
    CancelReason,
    GatewayOpened,
    OrderCancelled,
    Rejected,
    SessionClosed,
    SessionEnd,
    SessionOpened,
)
from carbonex.engine.orders.mass_cancels import awaited

from .record import wrong


if TYPE_CHECKING:
    from carbonex.engine import Applied, Command, Exchange


@final
@dataclass
class Session:
    """A named session with cancel on disconnect; ``gone_ns`` is when it was lost."""

    connection: str
    grace_ns: int
    gone_ns: int | None = None

    def is_over(self, time_ns: int) -> bool:
        """Return whether its grace has ended."""
        return self.gone_ns is not None and time_ns >= self.gone_ns + self.grace_ns


@final
class Absences:
    """Reads every batch; participants have the names of their keys and accounts."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], Session] = {}
        # The last order id that a cancellation covers. It runs in slices, and goes
        # on even if the session has come back.
        self._chosen: dict[tuple[str, str], int] = {}

    def read(
        self, commands: list[Command], applied: Applied, exchange: Exchange
    ) -> None:
        """Check the timer events, then record which sessions come and go.

        Raises:
            Wrong: If an order was cancelled although its session is present or within
                its grace, or if one is open although the grace has ended.
        """
        for event in applied.due:
            if (
                type(event) is OrderCancelled
                and event.reason is CancelReason.DISCONNECTED
            ):
                name = event.order.account, event.order.session
                session = self._sessions.get(name)
                if session is not None and session.is_over(applied.time_ns):
                    self._chosen[name] = exchange.last_order_id
                elif event.order_id > self._chosen.get(name, 0):
                    raise wrong("who is there keeps orders", event)
        for command, events in zip(commands, applied.replies, strict=True):
            if not events or type(events[0]) is not Rejected:
                self._note(command, applied.time_ns)
        self._compare(exchange, exchange.settled_ns)

    def ends_ns(self, account: str, session: str) -> int | None:
        """Return when a lost session's grace ends, or None if it is not lost."""
        known = self._sessions.get((account, session))
        if known is None or known.gone_ns is None:
            return None
        return known.gone_ns + known.grace_ns

    def _note(self, command: Command, time_ns: int) -> None:
        if type(command) is SessionOpened:
            name = command.key_id, command.session
            self._sessions.pop(name, None)
            if command.cancel_on_disconnect:
                self._sessions[name] = Session(command.connection, command.grace_ns)
        elif type(command) is SessionClosed:
            self._close(command, time_ns)
        # all connections are lost with the gateway
        elif type(command) is GatewayOpened:
            for session in self._sessions.values():
                session.gone_ns = time_ns

    def _close(self, command: SessionClosed, time_ns: int) -> None:
        name = command.participant, command.session
        session = self._sessions.get(name)
        if session is None or session.connection != command.connection:
            return
        if command.cause is not SessionEnd.LOST:
            del self._sessions[name]
        elif session.gone_ns is None:
            session.gone_ns = time_ns

    def _compare(self, exchange: Exchange, time_ns: int) -> None:
        over = [n for n, session in self._sessions.items() if session.is_over(time_ns)]
        going = {o.order_id for c in exchange.cancels for o in awaited(exchange, c)}
        for account, session in over:
            left = [
                order.order_id
                for order in exchange.accounts[account].orders.values()
                if order.command.session == session and order.order_id not in going
            ]
            # A grace of 0 ends only with the next batch.
            if left and self._sessions[account, session].grace_ns:
                raise wrong("who is gone has no orders", f"{account} {session}: {left}")
