"""What an operator signs to have a row of the log passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import MAX_REASON


if TYPE_CHECKING:
    from carbonex.engine import SkipRow


def skip_text(venue: str, command: SkipRow) -> bytes:
    """Return the bytes that are signed: eight lines, each ended by a line feed.

    They name the row by its hash, so that the signature is of no use for another row,
    or in another venue's log. The last line is "the whole row", or what the row is
    applied without: when that is due, its kind and its id.
    """
    leaves_out = command.leaves_out
    lines = (
        "carbonex-skip-v1",
        venue,
        str(command.position),
        command.row.hex(),
        str(command.time_ns),
        command.key_id,
        command.reason,
        "the whole row" if leaves_out is None else " ".join(map(str, leaves_out)),
    )
    return "".join(f"{line}\n" for line in lines).encode()


def is_reason(text: str) -> bool:
    """Tell whether ``text`` is a reason: one printable line that says something."""
    return text.isprintable() and len(text.strip()) > 0 and len(text) <= MAX_REASON
