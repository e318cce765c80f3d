"""A data directory's log, opened for a command that reads it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from carbonex.engine import SemanticsError
from carbonex.journal import (
    LogError,
    LogReader,
    SnapshotStore,
    UnknownSemanticsError,
    recover,
)

from .failures import fail


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Applied, Batch, Exchange
    from carbonex.journal import Row


Directory = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The venue's data directory.",
        show_default=False,
    ),
]


class Step(NamedTuple):
    """One row of the log and what the engine made of it."""

    row: Row
    batch: Batch
    applied: Applied


def open_log(directory: Path) -> LogReader:
    """Return the log of ``directory``, which may belong to a running server."""
    with log_errors():
        reader = LogReader(directory)
    warnings = list(reader.warnings)
    if reader.torn:
        warnings.append(
            f"a torn row of {reader.torn} bytes follows the last one; it was never"
            " answered, and the next start removes it"
        )
    for warning in warnings:
        typer.echo(f"carbonex: warning: {warning}", err=True)
    return reader


@contextmanager
def log_errors() -> Iterator[None]:
    """End the command with the log's own words where it cannot be read."""
    try:
        yield
    except BrokenPipeError:  # nobody reads on: typer ends the command quietly
        raise
    except (LogError, OSError) as error:
        fail(str(error))


def initial(reader: LogReader, directory: Path) -> Exchange:
    """Return the exchange as it was before the log's first row.

    That is an empty one, or what a snapshot says where old rows were removed.
    """
    first, _ = reader.bounds()
    return recover(reader, SnapshotStore(directory), upto=first - 1).exchange


def steps(reader: LogReader, exchange: Exchange) -> Iterator[Step]:
    """Apply every row to ``exchange`` and yield what happened. O(log).

    Raises:
        LogError: Where a row cannot be read; DamageError where it is damaged.

    """
    for row in reader.tail(reader.bounds()[0]):
        batch = row.batch()
        try:
            applied = exchange.apply(batch)
        except SemanticsError as error:
            raise UnknownSemanticsError(row.position, error) from None
        yield Step(row, batch, applied)
