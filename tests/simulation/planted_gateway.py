"""Planted bugs in the server, its sessions and the SDK."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from msgspec.structs import replace

from carbonex.gateway import venue
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.server.starting import opening
from carbonex.gateway.session import rendering
from carbonex.gateway.session.pending import Pending
from carbonex.sdk.fate import Fates


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Exchange, OrderStands
    from carbonex.wire.order_ids import OrderIds


@contextlib.contextmanager
def tail_forgotten() -> Iterator[None]:
    """Forget the rows after the snapshot, but keep their epoch."""
    open_venue = opening.open_venue

    class Headless:
        """A log whose readers see it end at the snapshot."""

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


def epoch_kept() -> contextlib.AbstractContextManager[object]:
    def going_on(exchange: Exchange, gateway: int) -> int:
        return max(1, exchange.gateways.get(gateway, (0, 0))[0])

    return mock.patch.object(opening, "opening_epoch", going_on)


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


def repetition_told_as_new() -> contextlib.AbstractContextManager[object]:
    standing = rendering._standing

    def new(event: OrderStands, ids: OrderIds) -> Any:
        return replace(standing(event, ids), duplicate=False)

    return mock.patch.object(rendering, "_standing", new)


def fate_guessed() -> contextlib.AbstractContextManager[object]:
    async def guess(*_: Any) -> bool:
        return True

    return mock.patch.object(Fates, "_is_past", guess)
