"""How a command of the CLI reports that it failed.

Exit codes: 0 success, 1 failure or damaged data, 2 wrong command line (typer reports
this one), 3 a row of the log cannot be applied, 130 interrupted.
"""

from __future__ import annotations

from typing import Final, NoReturn

import typer


FAILED: Final = 1
USAGE: Final = 2
UNAPPLIABLE: Final = 3  # a restart fails at the same row
INTERRUPTED: Final = 130


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print ``message`` on stderr and end the command with ``code``."""
    typer.echo(f"carbonex: {message}", err=True)
    raise typer.Exit(code)
