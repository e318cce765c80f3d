"""A client's record of a venue's log, used to detect a restored venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec


if TYPE_CHECKING:
    from carbonex.wire.channels import Heartbeat, Status


class Witness(msgspec.Struct, frozen=True):
    """A known state of a venue's log: the chain hash ``hash`` at ``position``.

    ``epoch`` is the number of the start of the venue's process, ``opened`` the hash at
    the beginning of that epoch. Hashes are hex. A client that stores a Witness (its
    ``str`` is ``position:hash``) can prove that state, and pass it to the next
    ``connect``.
    """

    venue: str
    epoch: int
    opened: str
    position: int
    hash: str

    @classmethod
    def of(cls, status: Status) -> Witness:
        """Return the witness in a greeting."""
        return cls(
            status.venue, status.epoch, status.opened, status.position, status.hash
        )

    def after(self, heartbeat: Heartbeat) -> Witness:
        """Return the witness after a heartbeat of the same connection."""
        return msgspec.structs.replace(
            self, position=heartbeat.position, hash=heartbeat.hash
        )

    def contradiction(self, now: Witness) -> str:
        """Return why the later ``now`` contradicts this witness; empty if it does not.

        A venue restored from an older copy has begun its epoch at another hash, or is
        at a lower position.
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
