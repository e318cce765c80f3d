"""Services that all sessions of one server share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carbonex.gateway.addresses import AddressLimit, Logins
from carbonex.gateway.holds import Holds
from carbonex.wire.units import NS_PER_SECOND

from .roster import Roster
from .shares import Shares


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.gateway.feed import Feed
    from carbonex.gateway.historian import Historian
    from carbonex.gateway.venue import Venue

    from .limits import SessionLimits


@dataclass(frozen=True, slots=True)
class Services:
    """The venue, its feed, the limits, the history, and inputs from outside.

    ``clock`` returns nanoseconds since the epoch. ``challenges`` returns 32
    unpredictable bytes, different at every call. ``roster`` knows which connection
    holds which session name. ``logins`` limits failed logins by address. ``errors``
    counts error answers by code and name. ``holds`` measures what holds the event
    loop. ``shares`` has the limits that connections share.
    """

    venue: Venue
    feed: Feed
    limits: SessionLimits
    historian: Historian
    clock: Callable[[], int]
    challenges: Callable[[], bytes]
    logins: Logins = field(
        default_factory=lambda: Logins(AddressLimit(3 * NS_PER_SECOND, 20))
    )
    errors: Counter[tuple[int, str]] = field(default_factory=Counter)
    holds: Holds = field(default_factory=Holds)
    roster: Roster = field(init=False)
    shares: Shares = field(init=False)

    def __post_init__(self) -> None:
        """Start with an empty roster and empty shares."""
        object.__setattr__(self, "roster", Roster(self.venue))
        object.__setattr__(self, "shares", Shares(self.limits))
