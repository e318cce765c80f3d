"""The parts of the machine that ``serve`` uses: signals, follower, collector."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, final
from unittest import mock

from carbonex.gateway.server import process as process_module
from carbonex.gateway.server.server import Server

from .loop import Process


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Self

    from carbonex.gateway.server.host.machine import Machine

    from .following import FollowerHost


@final
class FollowerBeside:
    """Implements the interface of FollowerProcess that ``serve`` uses."""

    restarts = 0

    def __init__(self, host: FollowerHost) -> None:
        self._host = host

    @property
    def alive(self) -> bool:
        """Whether a follower is alive."""
        return self._host.alive

    @property
    def position(self) -> int:
        """The follower's position in the log."""
        return self._host.position

    async def __aenter__(self) -> Self:
        return self

    async def start(self) -> None:
        """Start a follower."""
        self._host.start()

    async def __aexit__(self, *_: object) -> None:
        """Let the follower catch up, and end."""
        await asyncio.sleep(0)
        self._host.catch_up()


@contextlib.contextmanager
def surrounded(
    machine: Callable[[], Machine], follower: FollowerHost
) -> Iterator[None]:
    """Give ``serve`` the simulated machine; ``machine`` returns the next server's."""

    def start(directory: Path, config: Any, **options: Any) -> Any:
        return Server.start(directory, config, machine=machine(), **options)

    silent = dict.fromkeys(("disable", "enable", "freeze", "unfreeze"), _nothing)
    signals = SimpleNamespace(
        SIGTERM=signal.SIGTERM,
        SIGINT=signal.SIGINT,
        SIGHUP=signal.SIGHUP,
        SIG_IGN=signal.SIG_IGN,
        signal=_set,
    )
    with (
        mock.patch.object(process_module, "Server", SimpleNamespace(start=start)),
        mock.patch.object(
            process_module,
            "FollowerProcess",
            side_effect=lambda *_: FollowerBeside(follower),
        ),
        mock.patch.object(
            process_module, "gc", SimpleNamespace(**silent, collect=_nothing)
        ),
        mock.patch.object(process_module, "signal", signals),
        mock.patch.object(process_module, "make_room", return_value=""),
    ):
        yield


def _set(number: int, handler: Any) -> None:
    """Ignore a signal in the current process."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Process)
    assert handler is signal.SIG_IGN
    loop.ignored.add(number)


def _nothing() -> None:
    """Do nothing: the simulation collects garbage itself."""
