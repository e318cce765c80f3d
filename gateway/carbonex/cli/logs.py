"""Open a data directory's log for a command that reads it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carbonex.journal import LogError, LogReader, UnappliableRowError
from carbonex.wire.counts import counted

from .failures import UNAPPLIABLE, fail


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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


def open_log(directory: Path) -> LogReader:
    """Return the log of ``directory``, which may belong to a running server."""
    with log_errors():
        reader = LogReader(directory)
    warnings = list(reader.warnings)
    if reader.torn:
        warnings.append(
            f"a torn row of {counted(reader.torn, 'byte')} follows the last one; it was never"
            " answered, and the next start removes it"
        )
    warn(warnings)
    return reader


def warn(warnings: Iterable[str]) -> None:
    """Print warnings on stderr; the command continues."""
    for warning in warnings:
        typer.echo(f"carbonex: warning: {warning}", err=True)


@contextmanager
def log_errors() -> Iterator[None]:
    """End the command with the log's error message if the log cannot be read."""
    try:
        yield
    except BrokenPipeError:  # the reader of stdout is gone: typer ends quietly
        raise
    except UnappliableRowError as error:
        fail(str(error), UNAPPLIABLE)
    except (LogError, OSError) as error:
        fail(str(error))
