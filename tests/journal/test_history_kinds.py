"""Every kind of thing that the history keeps beside orders and balances."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    Bulletin,
    Event,
    Exchange,
    Method,
    OffBookTrade,
    ProductBulletin,
    TooFewBids,
    Trade,
)
from carbonex.journal import HistoryReader, HistoryStore
from everything import FIRST, SECOND, venue
from journal.histories import stored
from journal.samples import CHAIN, VENUE


if TYPE_CHECKING:
    from pathlib import Path


def events() -> list[Event]:
    exchange, found = Exchange(), []
    for batch in venue().batches:
        applied = exchange.apply(batch)
        found += [*applied.due, *(e for reply in applied.replies for e in reply)]
    return found


def test_every_bulletin_is_kept_as_it_was_published() -> None:
    published = [e for e in events() if isinstance(e, Bulletin | ProductBulletin)]
    with stored(venue().batches) as history:
        kept = [event for _, event in history.bulletins(FIRST)]
    assert len(kept) == len(published)
    assert all(event in published for event in kept)
    scopes = [(type(event), event.product == "") for event in kept]
    assert scopes == sorted(scopes, key=lambda s: (s[0] is ProductBulletin, s[1]))


def test_a_turnover_beyond_64_bits_is_kept(tmp_path: Path) -> None:
    exchange = Exchange()
    with stored(venue().batches) as history:
        seq, event = history.bulletins(FIRST)[0]
    huge = {"listed_turnover": 3 * 2**62}
    bulletin = replace(event, total=replace(event.total, **huge))
    path = tmp_path / "history.sqlite"
    batch = venue().batches[0]
    applied = exchange.apply(batch)._replace(first_seq=seq, due=[bulletin])
    with closing(HistoryStore(path, VENUE)) as store:
        store.put(1, applied, CHAIN)
    with HistoryReader(path) as history:
        assert history.bulletins(FIRST) == [(seq, bulletin)]


def test_every_trade_of_every_method_is_on_the_tape() -> None:
    trades = [e for e in events() if isinstance(e, Trade | OffBookTrade)]
    with stored(venue().batches) as history:
        tape = [
            entry
            for name in ("CEA24", "CCER", "CALLED", "HALTED")
            for entry in history.trades(name)
        ]
    assert len(tape) == len(trades)
    methods = Counter(entry.method for entry in tape)
    off_book = [e for e in trades if isinstance(e, OffBookTrade)]
    assert methods["block"] == sum(e.method is Method.BLOCK for e in off_book) > 0
    assert methods["auction"] == sum(e.method is Method.AUCTION for e in off_book) > 0
    assert {entry.date for entry in tape} == {FIRST, SECOND}


def test_blocks_auctions_and_bids_are_told_with_their_ends() -> None:
    with stored(venue().batches) as history:
        blocks = [(b.block_id, b.status, b.answered_by) for b in history.blocks()]
        assert blocks == [
            (1, "open", ""),
            (1, "accepted", "datang"),
            (2, "open", ""),
            (2, "accepted", "datang"),
            (3, "open", ""),
        ]
        announced, closed = history.auctions(limit=2)
        assert (announced.status, closed.status) == ("announced", "closed")
        assert announced.too_few_bids == TooFewBids.FILL_VALID.name.lower()
        assert (closed.price, closed.filled, closed.bids) == (7100, 30, 1)
        assert announced.sealed is True
        bids = [(b.bid_id, b.status, b.filled) for b in history.bids(1)]
        assert bids == [(1, "open", 0), (1, "filled", 30)]


def test_alerts_are_kept_with_the_numbers_behind_them() -> None:
    with stored(venue().batches) as history:
        kinds = Counter(a.kind for a in history.alerts(SECOND))
        assert {"reverse_trades", "price_deviation", "volume_share"} <= set(kinds)
        (share,) = [
            a
            for a in history.alerts(FIRST)
            if (a.kind, a.participant) == ("volume_share", "Huaneng")
        ]
        assert (share.side, share.orders, share.trades) == ("sell", "1", "1")
        assert any(a.kind == "large_holder" for a in history.alerts(FIRST))
