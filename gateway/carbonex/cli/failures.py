"""How a command of the CLI says that it could not do its work.

Exit codes: 0 it worked, 1 it failed or what it looked at is damaged, 2 the
command line itself was wrong (typer answers that one), 3 a row of the log cannot be
applied, 130 interrupted.
"""

from __future__ import annotations

from typing import Final, NoReturn

import typer


FAILED: Final = 1
USAGE: Final = 2
UNAPPLIABLE: Final = 3  # to start again leads to the same row
INTERRUPTED: Final = 130


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print ``message`` on stderr and end the command with ``code``."""
    typer.echo(f"carbonex: {message}", err=True)
    raise typer.Exit(code)
