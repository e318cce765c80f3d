"""The premium channel: the price of voluntary credits above that of allowances.

The live premium compares two last prices, and the close premium two closes. The daily
premium compares a product's average price of the day with the other product's
composite close (MARKET-RULES §2).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from carbonex.engine.market.rules import half_up
from carbonex.gateway.market import listings as market_file
from carbonex.wire import channels
from carbonex.wire.dates import date_text
from carbonex.wire.errors import Code, error

from .rendering import change_of, price_or_none
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Bulletin, Exchange, ProductBulletin
    from carbonex.gateway.market import Market
    from carbonex.wire.answers import Error


# Prefix of a product's name: the product's composite, in place of an instrument.
COMPOSITE: Final = "composite:"


class Pair(NamedTuple):
    """A CCER instrument, and the instrument or composite that it is compared with."""

    ccer: str
    cea: str


class Pairs(NamedTuple):
    """The instruments compared, and the products of the daily premium."""

    live: tuple[Pair, ...] = ()
    daily: Pair | None = None


NO_PAIRS: Final = Pairs()
_UNTOLD: Final = (-1, -1)  # differs from all prices


def pairs_of(market: Market) -> Pairs:
    """Return the pairs that a market file names."""
    daily = market.daily_premium
    composite = "" if daily is None else COMPOSITE + daily.cea
    live = tuple(
        Pair(pair.ccer, composite if pair.cea == market_file.COMPOSITE else pair.cea)
        for pair in market.premiums
    )
    return Pairs(live, None if daily is None else Pair(daily.ccer, daily.cea))


class Premiums:
    """The followers of premiums. Live premiums are conflated, those of a day are not.

    ``instrument`` narrows the channel to the pairs of one CCER instrument.
    """

    def __init__(self, exchange: Exchange, pairs: Pairs) -> None:
        self._exchange = exchange
        self._pairs = pairs
        self._closes: dict[str, int] = {}  # instruments' and composites' closes, and
        self._averages: dict[str, int] = {}  # products' averages, of the ended day
        self._settled: list[channels.Premium] = []
        self._sent: dict[Pair, tuple[int, int]] = {}
        self.topics = Topics(self._snapshot)

    def refusal(self, instrument: str) -> Error | None:
        """Return the error for an instrument that is in no pair, or None.

        O(pairs).
        """
        paired = {pair.ccer for pair in self._pairs.live}
        if instrument in paired or not instrument:
            return None
        wanted = "left out, because this venue compares no single instrument"
        if paired:
            names = ", ".join(sorted(paired))
            wanted = f"a credit that this venue compares with allowances ({names})"
        return error(
            Code.BAD_TYPE,
            "instrument",
            member="instrument",
            wanted=wanted,
            given=instrument,
        )

    def bulletin(self, event: Bulletin) -> None:
        """Store an instrument's close."""
        self._closes[event.instrument] = event.close

    def product_bulletin(self, event: ProductBulletin) -> None:
        """Store a product's composite close and average price."""
        quantity, turnover, _ = event.day.total
        self._closes[COMPOSITE + event.product] = event.close
        self._averages[event.product] = half_up(turnover, quantity) if quantity else 0

    def settle(self, seq: int, time_ns: int, date: int) -> None:
        """Send the premiums of a day that has ended."""
        closes, when = self._closes, (date_text(date), seq, time_ns // 1000)
        self._settled = settled = []
        for pair in self._pairs.live:
            prices = closes.get(pair.ccer, 0), closes.get(pair.cea, 0)
            settled.append(_premium("close", pair, prices, *when))
        daily = self._pairs.daily
        if daily is not None:
            pair = Pair(daily.ccer, COMPOSITE + daily.cea)
            prices = self._averages.get(daily.ccer, 0), closes.get(pair.cea, 0)
            settled.append(_premium("daily", pair, prices, *when))
        self._closes.clear()
        self._averages.clear()
        for premium in settled:
            self.topics.send(premium.ccer, partial(_update, premium))

    def flush(self) -> None:
        """Send the live premiums that changed since they were last sent."""
        if not self.topics.followed:
            return
        for pair in self._pairs.live:
            topics = self.topics.covering(pair.ccer)
            prices = self._prices(pair)
            if topics and prices != self._sent.get(pair):
                self._sent[pair] = prices
                message = _update(self._live(pair, prices))
                for topic in topics:
                    topic.send_newest(message)

    def _live(self, pair: Pair, prices: tuple[int, int]) -> channels.Premium:
        seq, time = self._exchange.seq, self._exchange.time_ns // 1000
        return _premium("live", pair, prices, None, seq, time)

    def _prices(self, pair: Pair) -> tuple[int, int]:
        return self._price(pair.ccer), self._price(pair.cea)

    def _price(self, name: str) -> int:
        """Return the last price of an instrument or a composite; 0 for none."""
        if name.startswith(COMPOSITE):
            product = self._exchange.products.get(name.removeprefix(COMPOSITE))
            return 0 if product is None else product.value()
        instrument = self._exchange.instruments.get(name)
        return 0 if instrument is None else instrument.last_price

    def _snapshot(self, instrument: str) -> Message:
        live = []
        for pair in self._pairs.live:
            prices = self._prices(pair)
            if self._sent.setdefault(pair, prices) != prices:
                # The snapshot's recipient knows a newer price than others do: the next
                # flush sends to all, even if the price has changed back by then.
                self._sent[pair] = _UNTOLD
            live.append(self._live(pair, prices))
        every = [*live, *self._settled]
        data = [premium for premium in every if instrument in ("", premium.ccer)]
        return Message("premium", "snapshot", data)


def _premium(
    kind: Literal["live", "close", "daily"],
    pair: Pair,
    prices: tuple[int, int],
    date: str | None,
    seq: int,
    time: int,
) -> channels.Premium:
    spread, percent = change_of(*prices)
    ccer, cea = map(price_or_none, prices)
    return channels.Premium(kind, *pair, ccer, cea, spread, percent, date, seq, time)


def _update(premium: channels.Premium) -> Message:
    return Message("premium", "update", [premium])
