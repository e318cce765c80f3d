"""Planted bugs in the server, its sessions and the SDK."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from carbonex.gateway import venue
from carbonex.gateway.feed import executions
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.server.starting import opening
from carbonex.gateway.session.pending import Pending
from carbonex.sdk.fate import Fates


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Exchange


@contextlib.contextmanager
def tail_forgotten() -> Iterator[None]:
    """Forget the rows behind the snapshot, but not that they had an epoch."""
    open_venue = opening.open_venue

    class Headless:
        """A log that ends at the snapshot for whoever reads it."""

        def __init__(self, log: Any, last: int) -> None:
            self._log = log
            self._last = last

        def __getattr__(self, name: str) -> Any:
            return getattr(self._log, name)

        def tail(self, position: int) -> Any:
            rows = self._log.tail(position)
            return (row for row in rows if not self._last or row.position <= self._last)

    def forgetting(log: Any, snapshots: Any, *args: Any) -> Any:
        last = max(snapshots.positions(), default=0)
        return open_venue(Headless(log, last), snapshots, *args)

    with mock.patch("carbonex.gateway.server.server.open_venue", forgetting):
        yield


@contextlib.contextmanager
def epoch_kept() -> Iterator[None]:
    init = venue.Venue.__init__

    def beginning(self: venue.Venue, exchange: Exchange, name: str, *args: Any) -> None:
        init(self, exchange, name, *args)

    def epoch(exchange: Exchange, gateway: int) -> int:
        return max(1, exchange.gateways.get(gateway, (0, 0))[0])

    def going_on(log: Any, snapshots: Any, *args: Any) -> Any:
        opened = open_venue(log, snapshots, *args)
        opened.venue.epoch = epoch(opened.venue.exchange, opened.venue.gateway)
        return opened

    open_venue = opening.open_venue
    with (
        mock.patch.object(venue.Venue, "__init__", beginning),
        mock.patch("carbonex.gateway.server.server.open_venue", going_on),
    ):
        yield


def execution_dropped() -> contextlib.AbstractContextManager[object]:
    since = executions._History.since

    def too_late(history: Any, from_seq: int) -> Any:
        return since(history, from_seq)[1:]

    return mock.patch.object(executions._History, "since", too_late)


@contextlib.contextmanager
def wrong_connection() -> Iterator[None]:
    send, answered, last = Pending.send, [0], list[Pending]()

    def sending(pending: Pending, *args: Any) -> None:
        answered[0] += 1
        other = last[0] if last else pending
        if answered[0] % 50 or other.outbox.codec is not pending.outbox.codec:
            send(pending, *args)
            last[:] = [pending]
            return
        own = pending.outbox
        pending.outbox = other.outbox  # type: ignore[misc]
        try:
            send(pending, *args)
        finally:
            pending.outbox = own  # type: ignore[misc]

    with mock.patch.object(Pending, "send", sending):
        yield


def frame_lost() -> contextlib.AbstractContextManager[object]:
    send_frame = Outbox.send_frame

    def losing(outbox: Outbox, data: bytes) -> None:
        if not outbox.paused:
            send_frame(outbox, data)

    return mock.patch.object(Outbox, "send_frame", losing)


def busy_but_logged() -> contextlib.AbstractContextManager[object]:
    submit = venue.Venue.submit

    def submitting(self: venue.Venue, submitter: Any, token: int, command: Any) -> bool:
        if not submit(self, submitter, token, command):
            if command.key and not self.draining and not self.log_full:
                self._waiting.append((None, 0, command))
            return False
        return True

    return mock.patch.object(venue.Venue, "submit", submitting)


def fate_guessed() -> contextlib.AbstractContextManager[object]:
    async def guess(*_: Any) -> bool:
        return True

    return mock.patch.object(Fates, "_is_past", guess)
