"""The command line ``carbonex``: every command, in the order of a first day."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from carbonex.engine import COMPILED

from .archive import archive
from .demo.command import demo
from .feed import app as feed
from .init import init
from .keygen import keygen
from .markets import market
from .official.command import official
from .order import order
from .replay import replay
from .serve import serve
from .skip import skip
from .snapshot import snapshot
from .statement import statement
from .verify import verify


app = typer.Typer(
    name="carbonex",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        build = "compiled" if COMPILED else "pure Python"
        typer.echo(f"carbonex {version('carbonex')} ({build})")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and stop.",
    ),
]


@app.callback()
def carbonex(*, version: VersionOption = False) -> None:
    """The exchange for China's carbon market.

    First time? `carbonex demo` shows it at work. For a venue of your own:
    `carbonex init DIR`, then `carbonex serve DIR`.
    """


for command in (
    demo,
    init,
    serve,
    keygen,
    market,
    order,
    replay,
    verify,
    snapshot,
    skip,
    archive,
    statement,
):
    app.command()(command)
app.add_typer(feed, name="feed")
app.command()(official)


def main() -> None:
    """Run the command line; the entry point ``carbonex``."""
    app()
