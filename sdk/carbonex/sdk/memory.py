"""A client's knowledge of a venue's log, across all its connections."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .errors import VenueRestored
from .witness import Witness


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.wire.channels import Heartbeat, Status


_log = logging.getLogger("carbonex.sdk")


class Memory:
    """Detects a venue restored from an older copy.

    ``witness`` is the newest known state of the log. ``restored`` describes the last
    restoration. ``forget`` is called at each one.
    """

    def __init__(
        self, witness: Witness | None, forget: Callable[[VenueRestored], None]
    ) -> None:
        self.witness = witness
        self.restored: VenueRestored | None = None
        self._before = witness  # the newest of the previous connection
        self._forget = forget

    def greeted(self, status: Status) -> None:
        """Compare the known state with the greeting of a new connection."""
        known, now = self.witness, Witness.of(status)
        self._before, self.witness = known, now
        contradiction = known.contradiction(now) if known is not None else ""
        if known is not None and contradiction:
            self._note(VenueRestored(contradiction, known, now))

    def heard(self, heartbeat: Heartbeat) -> None:
        """Record the current state of the log."""
        if self.witness is not None:
            self.witness = self.witness.after(heartbeat)

    def found_restored(self, reason: str) -> None:
        """Record a restoration that the greeting did not show."""
        assert self.witness is not None
        self._note(VenueRestored(reason, self._before or self.witness, self.witness))

    def _note(self, error: VenueRestored) -> None:
        _log.error("%s", error)
        self.restored = error
        self._forget(error)
