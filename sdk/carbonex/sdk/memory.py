"""What a client knows of a venue's log, over all its connections."""

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
    """Notices a venue that comes back older than it was, and has all forget.

    ``witness`` is the newest that the venue has told, ``restored`` how it came
    back, the last time that it was older. ``forget`` hears of each time.
    """

    def __init__(
        self, witness: Witness | None, forget: Callable[[VenueRestored], None]
    ) -> None:
        self.witness = witness
        self.restored: VenueRestored | None = None
        self._before = witness  # the newest on the connection before this one
        self._forget = forget

    def greeted(self, status: Status) -> None:
        """Compare what is known with what a new connection begins with."""
        known, now = self.witness, Witness.of(status)
        self._before, self.witness = known, now
        contradiction = known.contradiction(now) if known is not None else ""
        if known is not None and contradiction:
            self._note(VenueRestored(contradiction, known, now))

    def heard(self, heartbeat: Heartbeat) -> None:
        """Take over how far the log is by now."""
        if self.witness is not None:
            self.witness = self.witness.after(heartbeat)

    def found_restored(self, reason: str) -> None:
        """Take note of a venue whose greeting did not tell that it is older."""
        assert self.witness is not None
        self._note(VenueRestored(reason, self._before or self.witness, self.witness))

    def _note(self, error: VenueRestored) -> None:
        _log.error("%s", error)
        self.restored = error
        self._forget(error)
