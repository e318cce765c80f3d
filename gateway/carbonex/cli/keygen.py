"""``carbonex keygen``: a key pair for one trader, machine or operator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from carbonex.wire.keys import Key, generate_key

from .failures import USAGE, fail


NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The key's id at the venue: up to 36 characters, such as mm-1.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Where the private key goes; NAME.pem in this directory if left out.",
        show_default=False,
    ),
]


def keygen(name: NameArgument, out: OutOption = None) -> None:
    """Make an Ed25519 key pair to log in with.

    The private key goes into NAME.pem, readable by you alone, and never
    leaves this machine. Give the key id and the public key that are printed to
    the venue's registry, which adds them to your company with add_key.
    """
    try:
        key = generate_key(name)
    except ValueError as error:
        fail(str(error), USAGE)
    path = Path(f"{name}.pem") if out is None else out
    save_key(key, path)
    typer.echo(f"private key  {path} (keep it secret)")
    typer.echo(f"key id       {key.key_id}")
    typer.echo(f"public key   {key.public_text}")


def save_key(key: Key, path: Path) -> None:
    """Write a new key file, or end the command with the reason it failed."""
    try:
        key.save(path)
    except FileExistsError:
        fail(f"{path} exists, and a key is never overwritten: choose another --out")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
