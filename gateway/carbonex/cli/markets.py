"""``carbonex market``, and the market file option of other commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import (
    PRESETS,
    load_market,
    market_text,
    missing_market,
)

from .failures import USAGE, fail


MarketArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help=f"A market file, or a preset: {', '.join(PRESETS)}.",
        show_default=False,
    ),
]
MarketOption = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help=f"Trade by this market file, or by a preset: {', '.join(PRESETS)}."
        " What venue.toml says if left out.",
        show_default=False,
    ),
]


def market(file: MarketArgument) -> None:
    """Check a market file and print it; a preset is where to begin one's own.

    For example: carbonex market cea > my-market.toml
    """
    market_here(file)
    try:
        load_market(file)
        typer.echo(market_text(file), nl=False)
    except ConfigError as error:
        fail(str(error))


def market_here(market: str, directory: Path = Path()) -> str:
    """Return a name of the market that is valid in any directory.

    The name is a preset or a full path; a file's name is relative to ``directory``.
    Any other name ends the command with the exit code of a wrong command line.
    """
    if not market or market in PRESETS:
        return market
    path = (directory / market).resolve()
    if not path.exists():
        fail(str(missing_market(path)), USAGE)
    return str(path)
