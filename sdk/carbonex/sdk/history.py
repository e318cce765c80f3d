"""History: statements, an account's trades, and bulletins of any trading day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.wire import requests

from .checks import checked
from .market_data import MarketData
from .requester import as_it_is
from .times import trading_day


if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator
    from typing import Literal

    from .models import (
        AccountTrade,
        AccountTrades,
        Bulletin,
        PastBulletins,
        Statement,
    )


@checked()
class History(MarketData):
    """The history part of a venue.

    Methods raise Overloaded, with ``retry_after``, while the venue's history has not
    caught up with the newest trades.
    """

    async def statement(self, date: dt.date, account: str | None = None) -> Statement:
        """Return the account's statement of a trading day that has ended.

        Operators may name the venue's own account, ``venue fees``.
        """
        pages = [page async for page in self._pages(date, account, "json")]
        lines = [line for page in pages for line in page.lines]
        return replace(pages[0], pages=1, lines=lines)

    async def statement_csv(self, date: dt.date, account: str | None = None) -> str:
        """Return the statement as CSV text, as ``carbonex statement`` writes it."""
        return "".join([page.csv async for page in self._pages(date, account, "csv")])

    async def account_trades(
        self,
        date: dt.date | None = None,
        instrument: str = "",
        account: str | None = None,
        from_seq: int = 0,
    ) -> AsyncIterator[AccountTrade]:
        """Yield the account's trades by all methods, oldest first.

        The trades begin at execution ``from_seq``. ``date`` and ``instrument`` narrow
        them.
        """
        name = self._client.account_for(account)
        day = "" if date is None else trading_day(date)
        while True:
            asked = requests.Trades(day, instrument, name, from_seq)
            answer: AccountTrades = await self._ask(asked, as_it_is)
            for trade in answer.trades:
                yield trade
            if not answer.next_seq:
                return
            from_seq = answer.next_seq

    async def bulletins_of(self, date: dt.date, instrument: str = "") -> list[Bulletin]:
        """Return the bulletins of a trading day that has ended; needs no key.

        Without ``instrument`` they cover all instruments, the products and the whole
        venue.
        """

        def bulletins(answer: PastBulletins) -> list[Bulletin]:
            return answer.bulletins

        asked = requests.Bulletins(trading_day(date), instrument)
        return await self._ask(asked, bulletins)

    async def _pages(
        self, date: dt.date, account: str | None, form: Literal["json", "csv"]
    ) -> AsyncIterator[Statement]:
        name = self._client.account_for(account)
        page = pages = 1
        while page <= pages:
            asked = requests.Statement(trading_day(date), name, form, page)
            answer: Statement = await self._ask(asked, as_it_is)
            yield answer
            pages = answer.pages
            page += 1
