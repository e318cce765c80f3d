"""The bulletin channel: the results of a trading day, once it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Bulletin, ProductBulletin
from carbonex.wire import channels
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import COMPOSITE_NAMES

from .rendering import change_of, price_or_none
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Volumes


class Bulletins:
    """The newest bulletin of each instrument, of each product, and of the venue.

    The history store has those of earlier days. Followers of one instrument receive
    only its own bulletins.
    """

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], channels.Bulletin] = {}
        self._news: list[channels.Bulletin] = []
        self.topics = Topics(self._snapshot)

    def add(self, seq: int, event: Bulletin | ProductBulletin) -> None:
        """Store a bulletin until ``deliver`` sends it."""
        bulletin = bulletin_of(seq, event)
        self._newest[bulletin.scope, bulletin.name] = bulletin
        self._news.append(bulletin)

    def deliver(self) -> None:
        """Send a day's bulletins; followers of all receive them as one frame."""
        news, self._news = self._news, []
        followed = self.topics.followed
        if "" in followed:
            followed[""].send(Message("bulletin", "update", news))
        for bulletin in news:
            if bulletin.scope == "instrument" and bulletin.name in followed:
                message = Message("bulletin", "update", [bulletin])
                followed[bulletin.name].send(message)

    def _snapshot(self, instrument: str) -> Message:
        if instrument:
            newest = self._newest.get(("instrument", instrument))
            data = [] if newest is None else [newest]
        else:
            data = list(self._newest.values())
        return Message("bulletin", "snapshot", data)


def bulletin_of(seq: int, event: Bulletin | ProductBulletin) -> channels.Bulletin:
    """Return the bulletin in an event of command ``seq``."""
    change, percent = change_of(event.close, event.reference)
    composite = None
    if type(event) is Bulletin:
        scope, name = "instrument", event.instrument
    else:
        scope, name = ("product", event.product) if event.product else ("venue", "")
        composite = COMPOSITE_NAMES[event.method] if event.product else None
    return channels.Bulletin(
        scope,  # type: ignore[arg-type]
        name,
        event.product,
        date_text(event.date),
        price_or_none(event.reference),
        price_or_none(event.open),
        price_or_none(event.high),
        price_or_none(event.low),
        price_or_none(event.close),
        change,
        percent,
        _volumes(event.day),
        _volumes(event.year),
        _volumes(event.total),
        seq,
        composite,
    )


def _volumes(v: Volumes) -> channels.Volumes:
    rows = (
        (v.listed_quantity, v.listed_turnover, v.listed_trades),
        (v.block_quantity, v.block_turnover, v.block_trades),
        (v.auction_quantity, v.auction_turnover, v.auction_trades),
        v.total,
    )
    return channels.Volumes(*(_volume(*row) for row in rows))


def _volume(quantity: int, turnover: int, trades: int) -> channels.Volume:
    return channels.Volume(quantity, format_fen(turnover), trades)
