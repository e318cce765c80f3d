"""Which web pages may open a WebSocket here: those of the venue, and listed ones.

Browsers let any page open one anywhere, and say in ``Origin`` whose page it was.
Programs send no such header and are let in. A page of the venue's own address is
let in where that is an IP address, ``localhost`` or ``listen.host``; any other
name must be listed, because a name can be made to point here by whoever owns it
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
        """Return the origin in ``text``, such as ``https://venue.example``; or None."""
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
    """The origins that one server lets in; ``refused`` counts the others."""

    def __init__(self, listen: Listen, scheme: str) -> None:
        self._scheme: Final = scheme
        self._listed: Final = frozenset(map(Origin.parse, listen.origins))
        self._own_name: Final = listen.host.lower()
        self.refused = 0

    def refusal(self, origins: Sequence[str], hosts: Sequence[str]) -> str:
        """Return why a handshake with these headers is refused, or nothing."""
        if not origins or (len(origins) == 1 and self._lets_in(origins[0], hosts)):
            return ""
        self.refused += 1
        return (
            f"pages of {', '.join(origins)[:80]} may not connect to this venue:"
            " its operator can add them to origins under [listen] in venue.toml"
        )

    def _lets_in(self, text: str, hosts: Sequence[str]) -> bool:
        origin = Origin.parse(text)
        if origin is None:  # "null", too: any page can make itself that
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
