"""What all clients of one network address may take together, sans-I/O.

A key's signature cannot be guessed, so these limits protect the venue's time
rather than its keys: a failed login costs 0.3 ms of CPU, an opening
handshake 0.5 ms, with TLS 1.7 ms.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from collections.abc import Callable


# Addresses that one limit remembers. Reason: memory, 200 bytes each, that
# strangers take. Policy: the one that was charged longest ago is forgotten; who
# has more addresses than this is not limited by address anyway.
MAX_ADDRESSES: Final = 10_000

# An IPv6 customer has at least a /64, 2^64 addresses, to call from.
IPV6_PREFIX: Final = 64


@final
class AddressLimit:
    """A token bucket for each address: one token every ``interval_ns``, ``burst`` fit.

    Only what is charged counts, so where failures are charged a success
    neither costs nor gives back anything. ``charged`` and ``refused`` count
    since the start. Every method is O(1).
    """

    def __init__(
        self, interval_ns: int, burst: int, addresses: int = MAX_ADDRESSES
    ) -> None:
        self.interval_ns: Final = interval_ns
        self.burst: Final = burst
        self._window_ns: Final = interval_ns * burst
        self._addresses: Final = addresses
        # When each bucket will be full again, as in ``Bucket``; the one that
        # was charged longest ago comes first.
        self._full_at_ns: OrderedDict[str, int] = OrderedDict()
        self.charged = 0
        self.refused = 0

    def wait_ns(self, address: str, now_ns: int) -> int:
        """Return after which time there is a token; 0 if there is one.

        A wait counts as refused.
        """
        full_at_ns = self._full_at_ns.get(address, now_ns)
        wait_ns = full_at_ns + self.interval_ns - now_ns - self._window_ns
        if wait_ns <= 0:
            return 0
        self.refused += 1
        return wait_ns

    def charge(self, address: str, now_ns: int) -> None:
        """Take a token, which must be there."""
        full_at_ns = max(self._full_at_ns.pop(address, now_ns), now_ns)
        self._full_at_ns[address] = full_at_ns + self.interval_ns
        self.charged += 1
        if len(self._full_at_ns) > self._addresses:
            self._full_at_ns.popitem(last=False)

    def __len__(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._full_at_ns)


@final
class Logins:
    """The limit of failed logins; ``report`` hears of each with address and key id."""

    def __init__(
        self, limit: AddressLimit, report: Callable[[str, str, str], None] | None = None
    ) -> None:
        self.limit: Final = limit
        self._report: Final = report

    def wait_ns(self, address: str, now_ns: int) -> int:
        """Return how long ``address`` must wait before it may try; 0: it may."""
        return self.limit.wait_ns(address, now_ns)

    def failed(self, address: str, key_id: str, reason: str, now_ns: int) -> None:
        """Charge a failed login to ``address``."""
        self.limit.charge(address, now_ns)
        if self._report is not None:
            self._report(address, key_id, reason)


def address_of(host: str) -> str:
    """Return what the limits count for a client at ``host``.

    IPv4 addresses stand for themselves, IPv6 addresses for their /64, and
    whatever has no address, such as a local socket, for all others like it.
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
