"""Reserves file descriptors for every connection and for the log.

If clients' connections could take the last descriptor, the log could not open its next
file, and the venue would fail.
"""

from __future__ import annotations

import resource
from typing import Final

from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS


# The log, snapshots, history and listening sockets, doubled as a reserve.
FILES: Final = 192


def make_room(connections: int) -> str:
    """Raise the descriptor limit to fit ``connections``, as far as permitted.

    Return a warning for the operator if it is not enough, else "".
    """
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + SPARE_CONNECTIONS + FILES
    if soft == resource.RLIM_INFINITY:  # a negative number
        return ""
    if soft < needed:
        soft = needed if most == resource.RLIM_INFINITY else min(needed, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    if soft >= needed:
        return ""
    return (
        f"limits.connections = {connections} need {needed} file descriptors, and this"
        f" process may have {most}: raise the limit (ulimit -n), or lower connections"
    )
