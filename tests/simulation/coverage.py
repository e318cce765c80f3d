"""The states that a history has reached, and how rare each is so far.

A feature is a method with its outcome and the market's phase, a fault with the phase,
or two faults in a row. The random choices prefer rare features.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar, final, get_args

from carbonex.engine import CancelReason, Event, Reason
from carbonex.gateway.session.methods import METHODS


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


T = TypeVar("T")

PHASES: Final = ("down", "closed", "trading", "call", "halted")


@final
class Coverage:
    """Counts features; ``phase`` returns the market's current phase."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.phase: Callable[[], str] = lambda: "down"
        self._fault = ""

    def answered(self, method: str, outcome: str) -> None:
        """Count an answer: ``ok`` or the name of an error."""
        self.counts[f"{method} {outcome}"] += 1
        self.counts[f"{method} {outcome} while {self.phase()}"] += 1

    def struck(self, fault: str) -> None:
        """Count a fault, also with the fault before it."""
        self.counts[fault] += 1
        self.counts[f"{fault} while {self.phase()}"] += 1
        if self._fault:
            self.counts[f"{self._fault}, then {fault}"] += 1
        self._fault = fault

    def chosen(
        self, weighted: Sequence[tuple[float, str, T]], draw: Callable[[], float]
    ) -> T:
        """Draw a (weight, name, thing); prefer names that are rare in this phase."""
        phase, counts = self.phase(), self.counts
        weights = [
            weight / (1 + counts[f"chose {name} while {phase}"]) ** 0.5
            for weight, name, _ in weighted
        ]
        sums = [*accumulate(weights)]
        _, name, thing = weighted[bisect(sums, draw() * sums[-1], 0, len(sums) - 1)]
        counts[f"chose {name} while {phase}"] += 1
        return thing

    def rarest(self, names: Iterable[str]) -> int:
        """Return the index of the fault that is rarest now; the first of equals."""
        phase, counts, fault = self.phase(), self.counts, self._fault

        def how_often(name: str) -> tuple[int, int]:
            return counts[f"{name} while {phase}"], counts[f"{fault}, then {name}"]

        listed = list(names)
        return min(range(len(listed)), key=lambda i: how_often(listed[i]))

    def never(self, faults: Iterable[str]) -> list[str]:
        """Return the known features that never occurred."""
        wanted = [f"{method} ok" for method in METHODS]
        wanted += [f"{fault} while {phase}" for fault in faults for phase in PHASES[1:]]
        wanted += [f"refused {reason.name}" for reason in Reason]
        wanted += [f"cancelled {reason.name}" for reason in CancelReason]
        wanted += [f"event {kind.__name__}" for kind in get_args(Event)]
        return [feature for feature in wanted if not self.counts[feature]]
