"""Patterns of whole texts, for members whose text is a number, a date or a name.

msgspec searches for a pattern, and ``$`` alone also matches before a line feed at the
end: ``"1\\n"`` would be taken for 1. What is added to it here says the same in JSON
Schema, whose ``$`` is the end.
"""

from __future__ import annotations


def whole(pattern: str) -> str:
    """Return the pattern of a text that is all of ``pattern``, from its first character."""
    return f"^(?:{pattern})$(?!\\n)"
