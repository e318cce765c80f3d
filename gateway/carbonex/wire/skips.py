"""The text an operator signs to skip a row of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import MAX_REASON


if TYPE_CHECKING:
    from carbonex.engine import SkipRow


def skip_text(venue: str, command: SkipRow) -> bytes:
    """Return the bytes to sign: eight lines, each ended by a line feed.

    They identify the row by its hash, so that the signature is useless for another row
    or another venue's log. The last line is "the whole row", or the part of the row to
    leave out: its due time, kind and id.
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
    """Return whether ``text`` is a reason: one printable line that is not blank."""
    return text.isprintable() and len(text.strip()) > 0 and len(text) <= MAX_REASON
