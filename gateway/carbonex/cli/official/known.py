"""The necessary disagreements with the record that no rule explains.

The list must match exactly. The comparison fails if a difference is not listed
here, and also if a listed difference does not occur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .check import Difference, Explained


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


_OLD_STOCK: Final = "no average was published; it is turnover / volume, 63.506…"
_TIE: Final = "the mean of the closes is 97.805, which the record rounded down once"
_NO_TRADE: Final = (
    "no listed trade: the record has 0.00, and elsewhere the close before"
)
_LOST: Final = "lost in the copy of the record; the venue's follow from its own trades"

KNOWN: Final = (
    Explained(Difference(20240122, "CCER", "average", "none", "63.51"), _OLD_STOCK),
    Explained(Difference(20241226, "composite", "close", "97.80", "97.81"), _TIE),
    Explained(Difference(20250114, "composite", "open", "none", "94.47"), _NO_TRADE),
    Explained(Difference(20251013, "composite", "open", "none", "58.20"), _LOST),
    Explained(Difference(20251013, "composite", "high", "none", "58.20"), _LOST),
    Explained(Difference(20251013, "composite", "low", "none", "56.80"), _LOST),
)


def expected(seen: Collection[tuple[int, str]]) -> list[Explained]:
    """Return the known disagreements on these dates with these names."""
    return [
        item for item in KNOWN if (item.difference.date, item.difference.name) in seen
    ]


def unexplained(
    differences: Iterable[Difference], known: Iterable[Explained]
) -> list[Difference]:
    """Return unknown differences, and known ones that did not occur."""
    found = dict.fromkeys(differences)
    wanted = dict.fromkeys(item.difference for item in known)
    absent = [
        item._replace(venue=f"not {item.venue}, as explained")
        for item in wanted
        if item not in found
    ]
    return [item for item in found if item not in wanted] + absent
