"""A venue's market: its instruments, trading days and premiums."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine.market.bounds import DAY_SECONDS
from carbonex.gateway.documents import (
    ConfigError,
    decode,
    parse_toml,
    read_text,
    refuse,
)
from carbonex.wire.dates import wall_text
from carbonex.wire.vocabulary import COMPOSITES

from .calendar import Calendar, ChineseDays, EveryDay
from .eligibility import eligibility
from .file import MarketTable, read_value
from .listings import COMPOSITE, Listing, listings


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from carbonex.engine import CompositeMethod, SetEligibility

    from .file import CalendarTable


# The market files that carbonex includes, by name.
PRESETS: Final = ("cea", "ccer", "national", "continuous")


class LivePremium(NamedTuple):
    """A pair of instruments; ``cea`` may be COMPOSITE (see PremiumTable)."""

    ccer: str
    cea: str


class DailyPremium(NamedTuple):
    """A pair of products."""

    ccer: str
    cea: str


class Market(NamedTuple):
    """A checked market file. By default every day trades and nothing is listed.

    Trading days begin ``begin_seconds`` after midnight in Shanghai. ``premiums`` are
    the pairs whose live premium is published, and ``daily_premium`` is the pair of
    products whose daily premium is published. ``composites`` are the composite methods
    of the products that state one, ``eligibility`` the rules of the products that state
    rules. ``source`` is the file, for messages.
    """

    source: str = ""
    listings: tuple[Listing, ...] = ()
    calendar: Calendar = EveryDay()
    begin_seconds: int = 0
    premiums: tuple[LivePremium, ...] = ()
    daily_premium: DailyPremium | None = None
    composites: tuple[tuple[str, CompositeMethod], ...] = ()
    eligibility: tuple[SetEligibility, ...] = ()


def load_market(name: str, directory: Path = Path()) -> Market:
    """Return the market of a preset or a file, relative to ``directory``.

    The empty name is the default market.

    Raises:
        ConfigError: If no file has this name, it cannot be read, it is not TOML, or a
            value is invalid; the message names file, key, value and reason.

    """
    if not name:
        return Market()
    source = f"{name}.toml" if name in PRESETS else str(directory / name)
    return parse_market(market_text(name, directory), source)


def market_text(name: str, directory: Path = Path()) -> str:
    """Return the text of a preset or a file, relative to ``directory``.

    Raises:
        ConfigError: If no file has this name, or it cannot be read.

    """
    if name in PRESETS:
        file = resources.files(__package__) / "presets" / f"{name}.toml"
        return file.read_text(encoding="utf-8")
    path = directory / name
    if not path.exists():
        raise missing_market(path)
    return read_text(path)


def missing_market(path: Path) -> ConfigError:
    """Return the error for a market that is neither a preset nor the file ``path``."""
    presets = ", ".join(PRESETS)
    return ConfigError(f"{path}: there is no such file, and the presets are {presets}")


def parse_market(text: str, source: str) -> Market:
    """Return the market in TOML ``text``; ``source`` is for messages.

    Raises:
        ConfigError: As in ``load_market``.

    """
    table = decode(parse_toml(text, source), MarketTable, source, dec_hook=read_value)
    listed = tuple(listings(table, source))
    _check_begin(table.begin, listed, source)
    _check_premiums(table, [listing.terms.instrument for listing in listed], source)
    daily = table.daily_premium
    return Market(
        source,
        listed,
        _calendar(table.calendar, source),
        int(table.begin),
        tuple(LivePremium(pair.ccer, pair.cea) for pair in table.premium),
        DailyPremium(daily.ccer, daily.cea) if daily else None,
        tuple(_composites(table)),
        tuple(eligibility(table, [listing.terms for listing in listed], source)),
    )


def _composites(table: MarketTable) -> Iterator[tuple[str, CompositeMethod]]:
    """Yield the composite methods that products state, checked by ``listings``."""
    for name, raw in table.product.items():
        if "composite" in raw:
            yield name, COMPOSITES[raw["composite"]]


def _calendar(table: CalendarTable, source: str) -> Calendar:
    for place, date in enumerate(table.open):
        if date in table.closed:
            key = f"calendar.open[{place}]"
            raise refuse(source, key, date, "is in calendar.closed as well")
    if table.kind == "every_day":
        return EveryDay(table.closed)
    return ChineseDays(table.closed, table.open, table.known_until)


def _check_begin(begin: int, listed: Iterable[Listing], source: str) -> None:
    """Check that the day begins no later than its first session."""
    opens, who = DAY_SECONDS - 1, "the day is over"
    for terms in (listing.terms for listing in listed):
        sessions = terms.sessions
        if terms.blocks.min_quantity:
            sessions += terms.blocks.sessions
        if sessions and min(sessions)[0] < opens:
            opens, who = min(sessions)[0], f"{terms.instrument} opens"
    if begin > opens:
        reason = f"must not be after {wall_text(opens)}, when {who}"
        raise refuse(source, "begin", wall_text(begin), reason)


def _check_premiums(
    table: MarketTable, instruments: Collection[str], source: str
) -> None:
    daily = table.daily_premium
    for key, product in (("ccer", daily.ccer), ("cea", daily.cea)) if daily else ():
        if product not in table.product:
            reason = f"there is no [product.{product}]"
            raise refuse(source, f"daily_premium.{key}", product, reason)
    for place, pair in enumerate(table.premium):
        for key, name in (("ccer", pair.ccer), ("cea", pair.cea)):
            if key == "cea" and name == COMPOSITE and daily:
                continue
            if name not in instruments:
                reason = _no_instrument(name)
                raise refuse(source, f"premium[{place}].{key}", name, reason)


def _no_instrument(name: str) -> str:
    if name == COMPOSITE:
        return "needs [daily_premium], which names the product that it is of"
    return "there is no [[instrument]] of this name"
