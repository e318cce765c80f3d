"""Tonnes that stood together and were withdrawn too soon, per participant and side.

Orders that never stood together are not added up: a participant that shows 400 t again
and again, each time at another price, has never shown more than 400 t. Ten orders of 50
t that stood together, and were all withdrawn too soon, count like one of 500 t.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import Final, final

from .watch_rows import WithdrawalsRow


KEPT: Final = 20  # order numbers, and trade numbers, kept behind an alert
# Steps kept per participant and side. Reason: a withdrawal updates each step, and 100
# take some 3 µs. Policy: beyond it the two steps that differ least are merged at the
# higher value. So no withdrawal is lost, but some tonnes may count together that never
# stood together.
MAX_STEPS: Final = 100

Step = tuple[int, int, int]  # entry, its time in ns, tonnes


@final
class Withdrawals:
    """The tonnes withdrawn too soon, by the moments at which they stood.

    Moments are numbered by entries: each time an order comes into view. For every
    moment from a step's entry up to the next step's, ``tonnes`` is the highest total
    that stood together, then or at a later moment, and was withdrawn. So tonnes fall
    from step to step, and the last step has 0. ``lots`` are the newest withdrawals:
    order id, the entry from which it stood, and the entry before which it ended.
    """

    __slots__ = ("lots", "steps")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.lots: list[tuple[int, int, int]] = []

    def add(
        self,
        order_id: int,
        tonnes: int,
        since: tuple[int, int],
        now: tuple[int, int],
        old_ns: int,
    ) -> int:
        """Add tonnes that stood from ``since`` to ``now``, both (entry, time in ns).

        Return the highest total of withdrawn tonnes that stood together with them.
        Steps that ended ``old_ns`` ago or earlier are dropped: nothing new can have
        stood with them. O(MAX_STEPS).
        """
        steps, end = self.steps, (now[0] + 1, now[1], 0)
        while len(steps) > 1 and now[1] - steps[1][1] >= old_ns:
            del steps[0]
        # If the end step is there already, append it again below: no tonnes belong to
        # it.
        if steps and steps[-1][0] == end[0]:
            steps.pop()
        # Make a step begin at ``since``.
        place = bisect_right(steps, since[0], key=_entry) - 1
        if place < 0:
            place = 0
            steps[:1] = [(*since, steps[0][2] if steps else 0)]
        elif steps[place][0] < since[0]:
            place += 1
            steps.insert(place, (*since, steps[place - 1][2]))
        steps[place:] = [(*step[:2], step[2] + tonnes) for step in steps[place:]]
        steps.append(end)
        # Earlier moments count the highest total from then on: raise and merge lower
        # steps.
        most = steps[place][2]
        while place and steps[place - 1][2] <= most:
            place -= 1
            steps[place : place + 2] = [(*steps[place][:2], most)]
        if len(steps) > MAX_STEPS:
            self._merge()
        self.lots.append((order_id, since[0], end[0]))
        del self.lots[:-KEPT]
        return most

    def take(self, since: int) -> tuple[int, ...]:
        """Clear everything; return the orders that stood together at the last peak.

        ``since`` is the entry of the order added last: the peak is the highest total
        from there on.
        """
        place = bisect_right(self.steps, since, key=_entry)
        moment = self.steps[place][0] - 1
        stood = [lot[0] for lot in self.lots if lot[1] <= moment < lot[2]]
        self.steps.clear()
        self.lots.clear()
        return tuple(dict.fromkeys(stood))

    def image(self) -> WithdrawalsRow:
        """Return the snapshot row."""
        return WithdrawalsRow([*self.steps], [*self.lots])

    def _merge(self) -> None:
        """Merge the two steps that differ least; the last step stays."""
        steps = self.steps
        falls = [above[2] - below[2] for above, below in pairwise(steps[:-1])]
        del steps[falls.index(min(falls)) + 1]


def withdrawals(row: WithdrawalsRow) -> Withdrawals:
    """Rebuild the Withdrawals from the row of ``Withdrawals.image``."""
    restored = Withdrawals()
    restored.steps, restored.lots = [*row.steps], [*row.lots]
    return restored


def _entry(step: Step) -> int:
    return step[0]
