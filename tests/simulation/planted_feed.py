"""Planted bugs in the data that the feed sends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from msgspec.structs import replace

from carbonex.gateway.feed import alerts, bulletins, executions
from carbonex.gateway.feed.depth import Group
from carbonex.gateway.feed.rendering import status_of
from carbonex.gateway.feed.ticker import Tickers
from carbonex.gateway.feed.topic import Topics
from carbonex.gateway.server.connections import clients
from carbonex.gateway.session import admission
from carbonex.wire import executions as projection


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Side
    from carbonex.gateway.feed.topic import Target, Topic


def execution_dropped() -> contextlib.AbstractContextManager[object]:
    since = executions._History.since

    def too_late(history: Any, from_seq: int) -> Any:
        return since(history, from_seq)[1:]

    return mock.patch.object(executions._History, "since", too_late)


def fee_untold() -> contextlib.AbstractContextManager[object]:
    execution_of = projection.execution_of

    def without(*args: Any, **options: Any) -> Any:
        return replace(execution_of(*args, **options), fee="")

    return mock.patch.object(executions, "execution_of", without)


def anothers_account() -> contextlib.AbstractContextManager[object]:
    """Redirect every tenth account subscription to the account before it."""
    find, asked, count = Topics.find, [""], [0]

    def finding(topics: Topics, target: Target) -> Topic:
        if target.account:
            count[0] += 1
            last, asked[0] = asked[0], target.account
            if count[0] % 10 == 0 and last:
                target = target._replace(account=last)
        return find(topics, target)

    return mock.patch.object(Topics, "find", finding)


def level_dropped() -> contextlib.AbstractContextManager[object]:
    """Leave out the last of several prices that change at once."""
    refresh = Group._refresh

    def shortened(group: Group, side: Side) -> list[int]:
        changed = refresh(group, side)
        return changed[:-1] if len(changed) > 2 else changed

    return mock.patch.object(Group, "_refresh", shortened)


def ticker_forgotten() -> contextlib.AbstractContextManager[object]:
    flush, count = Tickers.flush, [0]

    def forgetting(tickers: Tickers) -> None:
        count[0] += 1
        if count[0] % 2 == 0:
            tickers.touched.clear()
        flush(tickers)

    return mock.patch.object(Tickers, "flush", forgetting)


def alert_dropped() -> contextlib.AbstractContextManager[object]:
    publish, count = alerts.Alerts.publish, [0]

    def perhaps(room: alerts.Alerts, *args: Any) -> None:
        count[0] += 1
        if count[0] % 10:
            publish(room, *args)

    return mock.patch.object(alerts.Alerts, "publish", perhaps)


def bulletin_without_its_low() -> contextlib.AbstractContextManager[object]:
    bulletin_of = bulletins.bulletin_of

    def mistaken(*args: Any) -> Any:
        bulletin = bulletin_of(*args)
        return replace(bulletin, low=bulletin.high)

    return mock.patch.object(bulletins, "bulletin_of", mistaken)


@contextlib.contextmanager
def old_epoch_told() -> Iterator[None]:
    def older(*args: Any) -> Any:
        status = status_of(*args)
        return replace(status, epoch=max(1, status.epoch - 1))

    with (
        mock.patch.object(admission, "status_of", older),
        mock.patch.object(clients, "status_of", older),
    ):
        yield
