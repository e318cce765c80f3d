"""Request limits of a connection, of a participant, and of an address without login."""

from __future__ import annotations

import msgspec

from carbonex.wire.requests import MAX_BATCH
from carbonex.wire.units import NS_PER_SECOND


class SessionLimits(msgspec.Struct, frozen=True):
    """Limits of one connection; the server's configuration fills them in.

    ``requests_per_second`` refills a bucket of ``burst`` requests. Cancels are not
    counted. Each request beyond the limit is answered RATE_LIMITED. A client whose
    refused requests exceed ``abuse_factor`` times both numbers is disconnected.
    Reading pauses while ``in_flight`` requests are unanswered.
    ``challenge_ns`` is how long a login challenge is valid.

    All connections of a participant together have ``participant_multiple`` times
    the limit of one connection, and at most ``participant_in_flight`` unanswered
    commands. Connections that have not logged in share the ``stranger`` limits with
    others from the same address. A login is still charged to them.
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
