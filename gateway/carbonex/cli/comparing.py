"""What the commands that compare a venue with a record have in common."""

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
    """What came of a comparison; it holds when there is no difference."""

    @property
    def differences(self) -> int:
        """How many figures differ that should not."""


R = TypeVar("R", bound=Report)


@contextmanager
def comparing(keep: Path | None, what: str, *errors: type[Exception]) -> Iterator[None]:
    """End the command in words where nothing can be compared.

    ``keep`` is the new directory that ``what`` is to be kept in; the messages of
    ``errors``, those of disk, log and server included, say what went wrong.
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
    """Print what came of it, for people or for scripts, and end the command."""
    if as_json:
        typer.echo(msgspec.json.encode(result).decode())
    else:
        show(result, Console())
    if result.differences:
        raise typer.Exit(FAILED)
