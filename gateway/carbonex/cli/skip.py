"""``carbonex skip``: skip a row of the log that this release cannot apply."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carbonex.gateway.config import FILE_NAME, load_config
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.server.starting.opening import open_log
from carbonex.journal import SnapshotStore, Target, skip_row
from carbonex.journal.skips import outcome
from carbonex.wire.keys import load_key

from .failures import USAGE, fail
from .logs import Directory, log_errors


if TYPE_CHECKING:
    from carbonex.gateway.config import Config
    from carbonex.wire.keys import Key


PositionOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="The row, as the message names it.")
]
HashOption = Annotated[
    str,
    typer.Option("--hash", metavar="HASH", help="Its hash, as the message names it."),
]
KeyOption = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="The key of an operator: the venue knows it, with the permission operate.",
    ),
]
ReasonOption = Annotated[
    str,
    typer.Option(
        metavar="TEXT", help="Why; one line, which stays in the log for ever."
    ),
]


def skip(
    directory: Directory,
    *,
    position: PositionOption,
    row_hash: HashOption,
    key: KeyOption,
    reason: ReasonOption,
) -> None:
    """Have a row passed over that this carbonex cannot apply, for good.

    The server has stopped there, and every start stops there again. Try a release
    that can apply the row first: a row that is passed over never takes effect. Its
    commands were not answered. Where not a command raises the error but what time
    does by itself (an expiry, a phase, the day's end), the row is applied without
    that. The row is tried once more before anything is
    written: one that can be applied is not passed over. What is written is a row of
    the log, signed with your key. Every reader of the log believes it.
    """
    config, signer = _config(directory), _key(key)
    target = Target(position, _hash(row_hash))
    with log_errors(), open_log(directory, config) as log:
        snapshots = SnapshotStore(directory)
        row, command, error = skip_row(
            log, snapshots, target, signer, reason, time.time_ns()
        )
    typer.echo(
        f"row {position} is {outcome(command.leaves_out)} from now on: row"
        f" {row.position} says so, signed with key {signer.key_id}\nit led to {error}"
        f"\nhash     {row.hash.hex()}"
    )


def _config(directory: Path) -> Config:
    try:
        return load_config(directory / FILE_NAME)
    except (ConfigError, OSError) as error:
        fail(str(error))


def _key(path: Path) -> Key:
    try:
        return load_key(path)
    except (OSError, ValueError) as error:
        fail(str(error), USAGE)


def _hash(text: str) -> bytes:
    try:
        row = bytes.fromhex(text)
    except ValueError:
        row = b""
    if len(row) != 32:
        fail(f"{text!r} is not a hash of 64 hex digits", USAGE)
    return row
