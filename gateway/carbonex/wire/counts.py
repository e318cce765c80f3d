"""Counts in messages for people."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 segment``, ``1,234 bids``.

    ``plural`` is for a noun that does not simply take an s: ``2 hashes``.
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
