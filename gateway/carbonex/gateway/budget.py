"""What waits for all clients together, and who has to go when that is too much."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from .outbox import Outbox


# What may wait for all clients, in bytes. Reason: the venue's memory. One command's
# executions are a few MB for each of those who follow them, and come to a reader as
# fast as it reads. Policy: the largest outboxes end, see ``Budget``.
MAX_BYTES: Final = 512 * 1024 * 1024

# An outbox is counted from here on, in steps of as much. Reason: whoever keeps up never
# has so much waiting, so that an answer costs no accounting.
STEP_BYTES: Final = 64 * 1024

# An eviction goes on until so much of the budget is in use. Reason: each looks at all
# outboxes that are counted, and must not come with every frame.
RELIEVED: Final = 7 / 8


@final
class Budget:
    """The memory of all outboxes together.

    No burst ends a connection by itself. When the budget is exceeded, outboxes end
    (SLOW_CONSUMER) in this order: those of strangers, who have not logged in; those
    whose clients take nothing; those of the participant for whom most waits. Among
    equals it is the largest. ``evicted`` counts them.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes: Final = max_bytes
        self.used_bytes = 0
        self.evicted = 0
        self._counted: dict[Outbox, int] = {}

    def settle(self, outbox: Outbox, held_bytes: int) -> None:
        """Count ``held_bytes`` for ``outbox`` from now on, rounded up to a step.

        O(1), but where the budget is exceeded O(n log n) in the outboxes counted.
        """
        counted = -(-held_bytes // STEP_BYTES) * STEP_BYTES
        self.used_bytes += counted - self._counted.get(outbox, 0)
        self._counted[outbox] = counted
        if self.used_bytes > self.max_bytes:
            self._relieve()

    def release(self, outbox: Outbox) -> None:
        """Count nothing for ``outbox`` any more."""
        self.used_bytes -= self._counted.pop(outbox, 0)

    def _relieve(self) -> None:
        """Evict until there is room again."""
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
