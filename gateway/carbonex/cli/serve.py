"""``carbonex serve``: run the venue until it is asked to stop."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
import uvloop

from carbonex.gateway.config import FILE_NAME, load_config
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.server import process
from carbonex.gateway.server.host.clock import ClockError
from carbonex.gateway.server.host.log_lines import write_log_lines_to
from carbonex.gateway.server.server import ServerFailed
from carbonex.gateway.server.starting import opening
from carbonex.gateway.server.starting.activation import activate_newest
from carbonex.gateway.server.starting.recovering import report
from carbonex.journal import LogError, UnappliableRowError

from .failures import FAILED, INTERRUPTED, UNAPPLIABLE, fail
from .logs import Directory, warn
from .markets import MarketOption, market_here
from .progress import show


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.config import Config
    from carbonex.gateway.server.server import Server


HostOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Listen here instead of where venue.toml says.",
        show_default=False,
    ),
]
PortOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Listen on this port instead of venue.toml's; 0 lets the system choose.",
        show_default=False,
    ),
]
AcceptTimeOption = Annotated[
    bool,
    typer.Option(
        "--accept-time",
        help="The clock is right: go by it, although it is not what the venue knows the"
        " time to be. What was due by then happens, such as the end of a trading day,"
        " and that cannot be undone.",
    ),
]


AcceptLossOption = Annotated[
    bool,
    typer.Option(
        "--accept-loss",
        help="First remove a torn last row of which nobody knows whether it was"
        " answered, because the file that would tell (log/head) is damaged as well.",
    ),
]
ActivateOption = Annotated[
    bool,
    typer.Option(
        "--activate",
        help="First give commands the newest meaning that this release knows. Older"
        " releases cannot read the log any more then, and that cannot be undone.",
    ),
]


def serve(  # noqa: PLR0913 - each is an option of the command line
    directory: Directory,
    *,
    host: HostOption = None,
    port: PortOption = None,
    market: MarketOption = "",
    accept_time: AcceptTimeOption = False,
    accept_loss: AcceptLossOption = False,
    activate: ActivateOption = False,
) -> None:
    """Open the venue to traders; Ctrl-C or SIGTERM stops it in good order.

    It lists the instruments of its market file, or gives them the file's terms
    from the next trading day on, and opens each trading day of its calendar.

    Whatever it had answered is there again, after a crash as well: it recovers
    from its log first. What it does is reported on stderr, as text in a
    terminal and as JSON lines elsewhere.
    """
    config = _config(directory, host, port, market)
    write_log_lines_to(sys.stderr)
    try:
        if accept_loss:
            warn(opening.accept_loss(directory, config))
        if activate:
            _activate(directory, config, accept_time=accept_time)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(directory, config, accept_time=accept_time))
    except UnappliableRowError as error:
        fail(str(error), UNAPPLIABLE)
    except ServerFailed as error:
        unappliable = type(error.__cause__) is UnappliableRowError
        fail(str(error), UNAPPLIABLE if unappliable else FAILED)
    except (ConfigError, LogError, ClockError) as error:
        fail(str(error))
    except OSError as error:
        fail(
            f"the venue cannot open at {config.listen.host}:{config.listen.port}"
            f" with {directory}: {error.strerror or error}"
        )
    except KeyboardInterrupt:
        fail("interrupted before the venue was open; nothing is lost", INTERRUPTED)


def _activate(directory: Path, config: Config, *, accept_time: bool) -> None:
    done = activate_newest(directory, config, accept_time=accept_time)
    if done.snapshot is None:
        typer.echo(f"semantics {done.before} are active already, and the newest known")
    else:
        typer.echo(
            f"semantics {done.number} are active from position {done.position} on,"
            f" {done.before} before; snapshot kept: {done.snapshot}"
        )


async def _serve(directory: Path, config: Config, *, accept_time: bool) -> None:
    def announce(server: Server) -> None:
        scheme = "wss" if server.encryption.on else "ws"
        address = f"{scheme}://{config.listen.host}:{server.port}"
        typer.echo(f"{config.venue} is open at {address}, Ctrl-C stops it")

    await process.serve(
        directory,
        config,
        ready=announce,
        accept_time=accept_time,
        watch=show if sys.stderr.isatty() else report,
    )
    typer.echo(f"{config.venue} has stopped; its state is kept in {directory}")


def _config(directory: Path, host: str | None, port: int | None, market: str) -> Config:
    if not (directory / FILE_NAME).exists():
        fail(
            f"{directory} has no venue ({FILE_NAME} is missing):"
            " make one with carbonex init"
        )
    try:
        config = load_config(directory / FILE_NAME)
    except ConfigError as error:
        fail(str(error))
    listen = config.listen
    listen = msgspec.structs.replace(
        listen,
        host=listen.host if host is None else host,
        port=listen.port if port is None else port,
    )
    market = market_here(market) or market_here(config.market, directory)
    return msgspec.structs.replace(config, listen=listen, market=market)
