"""What an operator signs to have a row of the log passed over."""

from __future__ import annotations

from typing import Final


MAX_REASON: Final = 200  # characters


def skip_text(
    venue: str, position: int, row: bytes, time_ns: int, key_id: str, reason: str
) -> bytes:
    """Return the bytes that are signed: seven lines, each ended by a line feed.

    They name the row by its hash ``row``, so that the signature is of no use for
    another row, or in another venue's log.
    """
    lines = (
        "carbonex-skip-v1",
        venue,
        str(position),
        row.hex(),
        str(time_ns),
        key_id,
        reason,
    )
    return "".join(f"{line}\n" for line in lines).encode()


def is_reason(text: str) -> bool:
    """Tell whether ``text`` is a reason: one printable line that says something."""
    return text.isprintable() and len(text.strip()) > 0 and len(text) <= MAX_REASON
