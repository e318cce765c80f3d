"""Admission limits that apply before a client has authenticated."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple, final

import structlog

from carbonex.gateway.addresses import AddressLimit, Logins, address_of
from carbonex.gateway.config import Listen
from carbonex.gateway.server.host.clock import SECOND_NS

from .origins import Origins


if TYPE_CHECKING:
    import asyncio

    from websockets.datastructures import Headers

    from carbonex.gateway.config import Limits


# TCP connections beyond ``connections``, over all addresses and for each address, so
# that a full venue still answers /health and /metrics, and tells clients why it accepts
# no more. Policy: above an address's limit the new connection is dropped silently;
# above the total limit the guest with the longest handshake is dropped. A real client's
# handshake takes a millisecond, so it gets in while others open thousands of silent
# connections.
SPARE_CONNECTIONS: Final = 64

_log = structlog.get_logger("carbonex.gateway")


class Refusal(NamedTuple):
    """The HTTP response to a refused request; ``retry_after`` in seconds."""

    status: HTTPStatus
    text: str
    retry_after: int = 0


@final
class Gate:
    """A server's limits per address, and its accepted origins."""

    def __init__(self, limits: Limits, origins: Origins | None = None) -> None:
        self.origins: Final = origins or Origins(Listen(), "http")
        self.handshakes: Final = AddressLimit(
            SECOND_NS // limits.handshakes_per_second, limits.handshake_burst
        )
        minute_ns = 60 * SECOND_NS
        self.logins: Final = Logins(
            AddressLimit(
                minute_ns // limits.login_failures_per_minute,
                limits.login_failure_burst,
            ),
            _report,
        )
        self._most: Final = limits.connections_per_address
        self._open: Counter[str] = Counter()  # TCP connections, by address

    def entered(self, address: str) -> bool:
        """Count a TCP connection; return False if its address has far too many."""
        self._open[address] += 1
        return self._open[address] <= self._most + SPARE_CONNECTIONS

    def left(self, address: str) -> None:
        """Count the end of a TCP connection."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def request(self, address: str, now_ns: int) -> Refusal | None:
        """Count an HTTP or TLS handshake; return the refusal, or None."""
        wait_ns = self.handshakes.wait_ns(address, now_ns)
        if not wait_ns:
            self.handshakes.charge(address, now_ns)
            return None
        after = -(-wait_ns // SECOND_NS)
        text = f"too many requests from your address: try again after {after} s"
        return Refusal(HTTPStatus.TOO_MANY_REQUESTS, text, after)

    def websocket(self, address: str, headers: Headers) -> Refusal | None:
        """Return why this request must not open a WebSocket, or None."""
        text = self.origins.refusal(headers.get_all("Origin"), headers.get_all("Host"))
        if text:
            return Refusal(HTTPStatus.FORBIDDEN, text)
        if self._open[address] > self._most:
            text = (
                f"your address has {self._most} connections, the most that one may"
                " have: close some"
            )
            return Refusal(HTTPStatus.TOO_MANY_REQUESTS, text)
        return None


def peer_address(transport: asyncio.BaseTransport) -> str:
    """Return the client's address as the limits count it."""
    peer = transport.get_extra_info("peername")
    return address_of(peer[0]) if isinstance(peer, tuple) else ""


def shown(text: str, most: int = 80) -> str:
    """Return a client's text for a log line: short, without control characters."""
    return ascii(text[:most])[1:-1] + ("…" if len(text) > most else "")


def _report(address: str, key_id: str, reason: str) -> None:
    _log.warning("login failed", address=address, key_id=shown(key_id), reason=reason)
