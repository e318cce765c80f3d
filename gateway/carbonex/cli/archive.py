"""``carbonex archive``: compress old segments of the log and move them away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carbonex.journal import (
    LogReader,
    archive as archive_log,
    keep_archive_in,
    open_to_others,
)
from carbonex.wire.counts import counted

from .logs import Directory, log_errors, warn


if TYPE_CHECKING:
    from carbonex.journal import Moved


ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="PLACE",
        exists=True,
        file_okay=False,
        help="Keep the archive in this existing directory, from now on: DIR/archive"
        " becomes a link to it. One that is not there may be a disk that is not.",
        show_default=False,
    ),
]


def archive(directory: Directory, *, to: ToOption = None) -> None:
    """Move old segments of a venue's log into compressed files, in DIR/archive.

    A segment goes when it is closed and neither a start nor the history needs it:
    when all its rows are before the oldest good snapshot, and the history has them.
    It is removed only after its archive was read back. A running server is not
    disturbed. Every command reads archived rows where it needs them.
    """
    with log_errors():
        if to is not None:
            keep_archive_in(directory, to, LogReader(directory).venue)
        warn(open_to_others(directory))
        moved, limit = archive_log(directory, may_begin=to is not None)
    for each in moved:
        typer.echo(_describe(each))
    if moved:
        before = sum(each.segment_bytes for each in moved)
        after = sum(each.archive_bytes for each in moved)
        typer.echo(
            f"{counted(len(moved), 'segment')} archived, {before:,} bytes to {after:,}"
            f" ({after / before:.0%})"
        )
    else:
        typer.echo(f"nothing to archive: {limit.reason}")


def _describe(moved: Moved) -> str:
    return (
        f"positions {moved.first} to {moved.last}: {moved.path}, {moved.segment_bytes:,}"
        f" bytes to {moved.archive_bytes:,}"
    )
