"""``carbonex snapshot``: save the current state while trading continues."""

from __future__ import annotations

from typing import Final

import typer

from carbonex.journal import capture

from .describe import moment
from .logs import Directory, log_errors, warn


def snapshot(directory: Directory) -> None:
    """Keep a snapshot of a venue's state, so that its next start is short.

    It is made from the log, beside a running server, which neither waits nor
    notices. Without one it works as well. There is a snapshot of each day's end,
    and of each clean stop, anyhow: make one before you expect a long recovery, or
    before `carbonex archive`.
    """
    with log_errors():
        captured = capture(directory)
    warn(captured.warnings)
    typer.echo(
        _LINES.format(
            path=captured.path,
            was_there="" if captured.is_new else " (it was there already)",
            position=captured.position,
            seq=captured.seq,
            time=moment(captured.time_ns),
            digest=captured.digest.hex(),
        )
    )


_LINES: Final = """\
snapshot {path}{was_there}
position {position}, seq {seq}
time     {time} (UTC+8)
digest   {digest}"""
