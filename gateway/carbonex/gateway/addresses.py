"""Limits that all clients of one network address share, sans-I/O.

A key's signature cannot be guessed, so these limits protect the venue's time rather
than its keys. A failed login costs 0.3 ms of CPU, an opening handshake 0.5 ms, with
TLS 1.7 ms.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from collections.abc import Callable


# Addresses that one limit remembers. Reason: each takes 200 bytes, and strangers could
# fill the memory. Policy: the address charged longest ago is forgotten. A client with
# more addresses than this escapes any limit by address anyway.
MAX_ADDRESSES: Final = 10_000

# An IPv6 customer has at least a /64, that is 2^64 addresses.
IPV6_PREFIX: Final = 64


@final
class AddressLimit:
    """A token bucket per address: one token every ``interval_ns``, ``burst`` fit.

    Only charges count: where failures are charged, a success neither costs a token
    nor returns one. ``charged`` and ``refused`` count since the start. Every method
    is O(1).
    """

    def __init__(
        self, interval_ns: int, burst: int, addresses: int = MAX_ADDRESSES
    ) -> None:
        self.interval_ns: Final = interval_ns
        self.burst: Final = burst
        self._window_ns: Final = interval_ns * burst
        self._addresses: Final = addresses
        # When each bucket will be full again, as in ``Bucket``. The address charged
        # longest ago comes first.
        self._full_at_ns: OrderedDict[str, int] = OrderedDict()
        self.charged = 0
        self.refused = 0

    def wait_ns(self, address: str, now_ns: int) -> int:
        """Return the wait in ns until there is a token; 0 if there is one.

        Each wait returned counts as refused.
        """
        full_at_ns = self._full_at_ns.get(address, now_ns)
        wait_ns = full_at_ns + self.interval_ns - now_ns - self._window_ns
        if wait_ns <= 0:
            return 0
        self.refused += 1
        return wait_ns

    def charge(self, address: str, now_ns: int) -> None:
        """Take a token, which must be available."""
        # Reinsert at the end, which keeps the order by last charge.
        full_at_ns = max(self._full_at_ns.pop(address, now_ns), now_ns)
        self._full_at_ns[address] = full_at_ns + self.interval_ns
        self.charged += 1
        if len(self._full_at_ns) > self._addresses:
            self._full_at_ns.popitem(last=False)

    def __len__(self) -> int:
        """Return the number of remembered addresses."""
        return len(self._full_at_ns)


@final
class Logins:
    """The limit of failed logins; ``report`` receives address, key id and reason."""

    def __init__(
        self, limit: AddressLimit, report: Callable[[str, str, str], None] | None = None
    ) -> None:
        self.limit: Final = limit
        self._report: Final = report

    def wait_ns(self, address: str, now_ns: int) -> int:
        """Return how long ``address`` must wait before its next login; 0 if not."""
        return self.limit.wait_ns(address, now_ns)

    def failed(self, address: str, key_id: str, reason: str, now_ns: int) -> None:
        """Charge a failed login to ``address``."""
        self.limit.charge(address, now_ns)
        if self._report is not None:
            self._report(address, key_id, reason)


def address_of(host: str) -> str:
    """Return the name under which the limits count a client at ``host``.

    An IPv4 address counts by itself, an IPv6 address as its /64. All hosts without
    an address, such as local sockets, count as one.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
