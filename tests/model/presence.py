"""Clients that are there, or were until a moment ago."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Presence:
    """A session that asked for cancel on disconnect; ``ends`` is its grace's end."""

    number: int
    connection: str
    grace: int
    ends: int | None = None
