"""The disagreements that there must be with the record, one by one.

A difference that is not here is one too many, and so is one that is here and
does not occur: each is exactly this, or the comparison has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from .check import Difference


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Known(NamedTuple):
    """A difference, and why the venue is right or the record cannot tell."""

    difference: Difference
    why: str


_FIRST_DAY: Final = "its first day: none is published; P0 is where it opened"
_OLD_STOCK: Final = "no average was published; it is turnover / volume, 63.506…"
_TIE: Final = "the mean of the closes is 97.805, which the record rounded down once"
_TIE_CARRIED: Final = "carried over from the tie of 2024-12-26"
_NO_TRADE: Final = (
    "no listed trade: the record has 0.00, and elsewhere the close before"
)
_LOST: Final = "lost in the copy of the record; the venue's follow from its own trades"

KNOWN: Final = (
    Known(Difference(20210716, "CEA", "previous_close", "none", "48.00"), _FIRST_DAY),
    Known(
        Difference(20210716, "composite", "previous_close", "none", "48.00"), _FIRST_DAY
    ),
    Known(Difference(20230828, "CEA21", "previous_close", "none", "73.06"), _FIRST_DAY),
    Known(Difference(20230828, "CEA22", "previous_close", "none", "73.06"), _FIRST_DAY),
    Known(Difference(20240122, "CCER", "average", "none", "63.51"), _OLD_STOCK),
    Known(
        Difference(20241028, "CEA23", "previous_close", "none", "104.25"), _FIRST_DAY
    ),
    Known(Difference(20241226, "composite", "close", "97.80", "97.81"), _TIE),
    Known(
        Difference(20241227, "composite", "previous_close", "97.80", "97.81"),
        _TIE_CARRIED,
    ),
    Known(Difference(20250114, "composite", "open", "none", "94.47"), _NO_TRADE),
    Known(Difference(20250429, "CEA24", "previous_close", "none", "73.17"), _FIRST_DAY),
    Known(Difference(20251013, "composite", "open", "none", "58.20"), _LOST),
    Known(Difference(20251013, "composite", "high", "none", "58.20"), _LOST),
    Known(Difference(20251013, "composite", "low", "none", "56.80"), _LOST),
)


def expected(dates: Collection[int]) -> list[Known]:
    """Return the disagreements that there must be on these dates."""
    return [item for item in KNOWN if item.difference.date in dates]


def unexplained(
    differences: Iterable[Difference], known: Iterable[Known]
) -> list[Difference]:
    """Return the differences that are not known, and the known ones that are absent."""
    found = dict.fromkeys(differences)
    wanted = dict.fromkeys(item.difference for item in known)
    absent = [
        item._replace(venue=f"not {item.venue}, as explained")
        for item in wanted
        if item not in found
    ]
    return [item for item in found if item not in wanted] + absent
