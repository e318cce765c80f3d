"""Shared parts of the commands that compare a venue with a recorded market."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

import msgspec
import typer
from rich.console import Console

from carbonex.journal import LogError

from .demo.server import ServerError
from .failures import FAILED, INTERRUPTED, fail


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of tables.")
]


class Report(Protocol):
    """The outcome of a comparison; the comparison holds if nothing differs."""

    @property
    def differences(self) -> int:
        """The number of figures that differ and should not."""


R = TypeVar("R", bound=Report)


@contextmanager
def comparing(keep: Path | None, what: str, *errors: type[Exception]) -> Iterator[None]:
    """End the command with a clear message if nothing can be compared.

    ``keep`` is the new directory that will hold ``what``. The message of any of
    ``errors``, or of a disk, log or server error, becomes the command's message.
    """
    failures: tuple[type[Exception], ...] = (OSError, LogError, ServerError, *errors)
    try:
        yield
    except FileExistsError:
        fail(f"{keep} exists: choose a new directory to --keep the {what} in")
    except failures as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted: nothing was compared", INTERRUPTED)


def conclude(result: R, show: Callable[[R, Console], None], *, as_json: bool) -> None:
    """Print the result as tables or as JSON, and set the command's exit code."""
    if as_json:
        typer.echo(msgspec.json.encode(result).decode())
    else:
        show(result, Console())
    if result.differences:
        raise typer.Exit(FAILED)
