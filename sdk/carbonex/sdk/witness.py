"""What a client remembers of a venue's log, to notice one that was restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec


if TYPE_CHECKING:
    from carbonex.wire.channels import Heartbeat, Status


class Witness(msgspec.Struct, frozen=True):
    """How far a venue's log was, as it told: at ``position`` the chain hash ``hash``.

    ``epoch`` is the number of the start of the venue's process, ``opened`` the hash
    where that epoch began. Hashes are hex. Whoever keeps it (``str`` of it is
    ``position:hash``) can prove what the log was, and hand it to the next ``connect``.
    """

    venue: str
    epoch: int
    opened: str
    position: int
    hash: str

    @classmethod
    def of(cls, status: Status) -> Witness:
        """Return what a greeting tells."""
        return cls(
            status.venue, status.epoch, status.opened, status.position, status.hash
        )

    def after(self, heartbeat: Heartbeat) -> Witness:
        """Return what is known after a heartbeat of the same connection."""
        return msgspec.structs.replace(
            self, position=heartbeat.position, hash=heartbeat.hash
        )

    def contradiction(self, now: Witness) -> str:
        """Return why ``now``, told later, cannot follow from this; empty if it can.

        A venue that was restored from an older copy has begun its epoch again
        elsewhere, or is not as far as it was.
        """
        if now.venue != self.venue:
            return f"it calls itself {now.venue}, and was {self.venue}"
        if now.epoch < self.epoch:
            return f"its epoch is {now.epoch}, and was {self.epoch}"
        if now.epoch == self.epoch and now.opened != self.opened:
            return f"its epoch {now.epoch} has begun with another hash"
        if now.position < self.position:
            return f"its log is at position {now.position}, and was at {self.position}"
        if now.position == self.position and now.hash != self.hash:
            return f"its log has another hash at position {now.position}"
        return ""

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
