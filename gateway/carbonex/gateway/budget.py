"""The memory of all outboxes together, and which of them end when it runs out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from .outbox import Outbox


# Bytes that may wait for all clients together. Reason: the venue's memory. The
# executions of one command are a few MB for each follower, and leave only as fast as
# the follower reads. Policy: the largest outboxes end, see ``Budget``.
MAX_BYTES: Final = 512 * 1024 * 1024

# An outbox is counted from this size on, in steps of this size. Reason: a client that
# keeps up never has this much waiting, so its answers cost no accounting.
STEP_BYTES: Final = 64 * 1024

# An eviction continues until this part of the budget is in use. Reason: an eviction
# looks at all counted outboxes, and must not be needed again with every frame.
RELIEVED: Final = 7 / 8


@final
class Budget:
    """A limit on the memory of all outboxes together.

    A burst alone ends no connection. When the budget is exceeded, outboxes end
    (SLOW_CONSUMER) in this order: first strangers, who have not logged in; then
    clients that take nothing; then the participants with the most bytes waiting.
    Among equals the largest ends first. ``evicted`` counts them.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes: Final = max_bytes
        self.used_bytes = 0
        self.evicted = 0
        self._counted: dict[Outbox, int] = {}

    def settle(self, outbox: Outbox, held_bytes: int) -> None:
        """Count ``held_bytes`` for ``outbox``, rounded up to a step.

        O(1); if the budget is exceeded, O(n log n) in the counted outboxes.
        """
        counted = -(-held_bytes // STEP_BYTES) * STEP_BYTES
        self.used_bytes += counted - self._counted.get(outbox, 0)
        self._counted[outbox] = counted
        if self.used_bytes > self.max_bytes:
            self._relieve()

    def release(self, outbox: Outbox) -> None:
        """Stop counting ``outbox``."""
        self.used_bytes -= self._counted.pop(outbox, 0)

    def _relieve(self) -> None:
        """Evict outboxes until the budget has room again."""
        shares: Counter[str] = Counter()
        for outbox, counted in self._counted.items():
            shares[outbox.owner] += counted
        enough = self.max_bytes * RELIEVED

        def rank(item: tuple[Outbox, int]) -> tuple[bool, bool, int, int]:
            outbox, counted = item
            stranger = not outbox.owner
            share = counted if stranger else shares[outbox.owner]
            return stranger, outbox.stalled, share, counted

        for outbox, _ in sorted(self._counted.items(), key=rank, reverse=True):
            if self.used_bytes <= enough:
                break
            self.evicted += 1
            outbox.evict()
