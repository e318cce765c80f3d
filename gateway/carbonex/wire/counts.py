"""Counts as they are told to people."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return how many there are of what: ``1 segment``, ``1,234 bids``.

    ``plural`` is for a noun that does not only take an s: ``2 hashes``.
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
