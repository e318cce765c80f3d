"""Web pages that may open a WebSocket: the venue's own, and listed origins.

Browsers let any page open a WebSocket to any host, and send the page's origin in
``Origin``. Programs send no such header and are accepted. A page served from the
venue's own address is accepted if that is an IP address, ``localhost`` or
``listen.host``. Any other name must be listed, because its owner can make it point here
(DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, NamedTuple, final
from urllib.parse import urlsplit


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.gateway.config import Listen


_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port, as RFC 6454 compares them."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Parse an origin such as ``https://venue.example``; return None if invalid."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            return None
        extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in _PORTS or not parts.hostname or extra:
            return None
        return cls(parts.scheme, parts.hostname, port or _PORTS[parts.scheme])


@final
class Origins:
    """The accepted origins of a server; ``refused`` counts refused handshakes."""

    def __init__(self, listen: Listen, scheme: str) -> None:
        self._scheme: Final = scheme
        self._listed: Final = frozenset(map(Origin.parse, listen.origins))
        self._own_name: Final = listen.host.lower()
        self.refused = 0

    def refusal(self, origins: Sequence[str], hosts: Sequence[str]) -> str:
        """Return why a handshake with these headers is refused, or ""."""
        if not origins or (len(origins) == 1 and self._lets_in(origins[0], hosts)):
            return ""
        self.refused += 1
        return (
            f"pages of {', '.join(origins)[:80]} may not connect to this venue:"
            " its operator can add them to origins under [listen] in venue.toml"
        )

    def _lets_in(self, text: str, hosts: Sequence[str]) -> bool:
        origin = Origin.parse(text)
        if origin is None:  # includes "null", which any page can send
            return False
        if origin in self._listed:
            return True
        own = len(hosts) == 1 and origin == Origin.parse(f"{self._scheme}://{hosts[0]}")
        return own and self._is_ours(origin.host)

    def _is_ours(self, host: str) -> bool:
        if host in ("localhost", self._own_name):
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True
