"""How much one connection may ask for, one participant, and one address's strangers."""

from __future__ import annotations

import msgspec

from carbonex.wire.requests import MAX_BATCH
from carbonex.wire.units import NS_PER_SECOND


class SessionLimits(msgspec.Struct, frozen=True):
    """What one connection may do; the server's configuration fills it in.

    ``requests_per_second`` refills what may come at once, ``burst``; cancels
    are not counted. ``abuse_factor`` times both is what may come beyond the
    limit, each answered RATE_LIMITED, before the connection is closed.
    ``in_flight`` requests may wait for their answers before reading pauses.
    ``challenge_ns`` is how long a login's challenge is good.

    All connections of a participant together may do what ``participant_multiple``
    connections may, and ``participant_in_flight`` of their commands may wait for their
    answers. Connections that have not logged in share the ``stranger``
    limits with those of the same address; a login still counts there.
    """

    requests_per_second: int = 1_000
    burst: int = 2_000
    abuse_factor: int = 10
    in_flight: int = 1_000
    challenge_ns: int = 30 * NS_PER_SECOND
    participant_multiple: int = 5
    participant_in_flight: int = 2_000
    stranger_requests_per_second: int = 2_000
    stranger_burst: int = 40_000

    def __post_init__(self) -> None:
        if self.burst < MAX_BATCH:
            raise ValueError(
                f"burst must be at least {MAX_BATCH}, not {self.burst}:"
                " a batch counts as many requests as it has orders"
            )
