"""``carbonex init``: make a new venue that is ready to serve."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from carbonex.gateway.config import FILE_NAME, default_config_text, parse_config
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import PRESETS, load_market
from carbonex.gateway.server.starting.opening import (
    OPERATOR,
    bootstrap,
    operator_commands,
)
from carbonex.journal import LogError
from carbonex.journal.disk import DIRECTORY_MODE, FILE_MODE
from carbonex.wire.keys import generate_key
from carbonex.wire.login import decode_bytes

from .failures import USAGE, fail
from .markets import market_here


DEFAULT_PORT: Final = 8080

NewDirectory = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        file_okay=False,
        help="The data directory to make; it must be new or empty.",
        show_default=False,
    ),
]
NameOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="The venue's name, which clients sign to log in; it cannot be changed"
        " later. The directory's name if left out.",
        show_default=False,
    ),
]
PortOption = Annotated[
    int,
    typer.Option(
        min=0,
        max=65535,
        help="Where clients will connect; with 0 the system chooses at every start.",
    ),
]
MarketOption = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help=f"The market file that it trades by, or a preset: {', '.join(PRESETS)}."
        " Round the clock, with no instrument yet, if left out.",
        show_default=False,
    ),
]
OperatorOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--operator",
        metavar="KEY_ID PUBLIC_KEY",
        help="The operator's key id and public key, as carbonex keygen printed them on"
        " another machine. A key is made beside DIR if left out.",
        show_default=False,
    ),
]


class Operator(NamedTuple):
    """The operator's key that a venue starts with: key id and public key."""

    key_id: str
    public_key: bytes


class InitError(Exception):
    """No venue was made and the directory is unchanged; the message says why."""


def init(
    directory: NewDirectory,
    name: NameOption = "",
    port: PortOption = DEFAULT_PORT,
    market: MarketOption = "",
    operator: OperatorOption = None,
) -> None:
    """Make a new venue: its data directory, configuration and operator's key.

    The operator's private key goes beside the directory, never into it: the
    server does not need it, and should not have it. Move it to the machine that
    the operator works at, or make it there and name its public half here.
    """
    name = name or directory.resolve().name
    market = market_here(market)
    try:
        listed = [item.terms.instrument for item in load_market(market).listings]
    except ConfigError as error:
        fail(str(error), USAGE)
    try:
        text = config_text(name, port, market)
    except ConfigError:
        fail(
            f"{name!r} cannot be a venue's name: give one of up to 36 letters, digits,"
            " dots, hyphens and underscores with --name",
            USAGE,
        )
    try:
        made = create_venue(directory, text, _operator(operator))
    except InitError as error:
        fail(str(error))
    then = "The operator then lists instruments and admits traders"
    listing = '      await venue.list_instrument("CEA25")\n'
    if listed:
        then = f"It lists {', '.join(listed)}. The operator then admits traders"
        listing = ""
    typer.echo(
        _NEXT.format(
            name=name,
            directory=directory,
            where=f" at {_URL}:{port}" if port else _PORT_CHOSEN,
            url=f"{_URL}:{port or 'PORT'}",
            key=made or "operator.pem",
            made=f"\n{_KEY_MADE.format(key=made)}" if made else "",
            then=then,
            listing=listing,
        )
    )


def config_text(name: str, port: int, market: str = "") -> str:
    """Return the text of a new venue's configuration.

    Raises:
        ConfigError: If ``name`` cannot be a venue's name.

    """
    text = default_config_text(name)
    text = text.replace('\nmarket = ""\n', f"\nmarket = {json.dumps(market)}\n")
    return text.replace(f"\nport = {DEFAULT_PORT}\n", f"\nport = {port}\n")


def operator_key(directory: Path) -> Path:
    """Return the path of a new venue's operator key: beside ``directory``."""
    directory = directory.resolve()
    return directory.with_name(f"{directory.name}-{OPERATOR}.pem")


def create_venue(
    directory: Path, text: str, operator: Operator | None = None
) -> Path | None:
    """Make the data directory of the venue that ``text`` configures.

    Return the file of the operator's key if a key was generated. The configuration
    is written last, so a directory with a configuration is complete.

    Raises:
        InitError: If ``directory`` is in use, cannot be made or cannot be written,
            or if the operator's key file exists already.
    """
    _make_empty(directory)
    made = operator_key(directory) if operator is None else None
    try:
        with ExitStack() as undo:
            undo.callback(_empty, directory)
            if made is not None:
                operator = _new_key(made)
                undo.callback(made.unlink)
            assert operator is not None
            commands = operator_commands(*operator)
            bootstrap(directory, parse_config(text), commands)
            _write_private(directory / FILE_NAME, text)
            undo.pop_all()  # success: keep everything
    except (OSError, LogError, ValueError) as error:
        raise InitError(f"{directory} cannot be made a venue: {error}") from None
    return made


def _new_key(path: Path) -> Operator:
    """Generate the operator's key and save it in a new file."""
    key = generate_key(OPERATOR)
    try:
        key.save(path)
    except FileExistsError:
        raise InitError(
            f"{path} exists, and a key is never overwritten: move it away, or name"
            " an operator's public key with --operator"
        ) from None
    return Operator(key.key_id, key.private_key.public_key().public_bytes_raw())


def _operator(given: tuple[str, str] | None) -> Operator | None:
    if given is None:
        return None
    key_id, public_text = given
    try:
        public_key = decode_bytes(public_text)
    except ValueError:
        public_key = b""
    if len(public_key) != 32:
        fail(
            f"{public_text[:60]!r} is no public key: give what carbonex keygen prints,"
            " 43 characters of base64url",
            USAGE,
        )
    return Operator(key_id, public_key)


def _write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    path.touch(FILE_MODE)
    path.write_text(text, encoding="utf-8")


def _make_empty(directory: Path) -> None:
    try:
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        taken = sorted(path.name for path in directory.iterdir())
        if not taken:
            directory.chmod(DIRECTORY_MODE)
            return
    except OSError as error:
        raise InitError(f"{directory} cannot be used: {error.strerror}") from None
    if FILE_NAME in taken:
        raise InitError(
            f"{directory} has a venue already: serve it with carbonex serve,"
            " or name another directory"
        )
    raise InitError(
        f"{directory} is not empty, it has {taken[0]}: name a new or empty directory"
    )


def _empty(directory: Path) -> None:
    """Remove the files of a failed attempt, so that the next attempt can start."""
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


_KEY_MADE: Final = """\
and beside it the operator's key: participants, instruments, money; keep it secret,
away from the server, which does not need it
  {key}"""

_URL: Final = "ws://127.0.0.1"
_PORT_CHOSEN: Final = "; port 0 lets the system choose one, and serve prints it"

_NEXT: Final = """\
venue {name} made in {directory}
  venue.toml     its configuration; read it once
  log/           everything that will ever happen; keep it safe{made}

next, open it{where}:
  carbonex serve {directory}
and make a first trader's key:
  carbonex keygen mm-1
{then}, through carbonex.sdk:
  async with connect("{url}", key="{key}") as venue:
{listing}      await venue.register_participant("mm")
      await venue.open_account("mm", "mm-1")
      await venue.add_key("mm", "mm-1", PUBLIC_KEY, ["read", "trade"])
      await venue.deposit("mm-1", "1000000.00", client_ref="first")"""
