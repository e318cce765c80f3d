"""Applies the market file to a starting venue."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import structlog

from carbonex.engine import (
    Rejected,
    SetComposite,
    SetEligibility,
    UpdateInstrument,
)
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import difference
from carbonex.wire.vocabulary import COMPOSITE_NAMES


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carbonex.engine import Event
    from carbonex.gateway.market import Market, MarketChange
    from carbonex.gateway.venue import Venue


_log = structlog.get_logger("carbonex.gateway")


async def follow_market(
    market: Market, venue: Venue, drain: Callable[[], Awaitable[None]]
) -> None:
    """List instruments that are new in the market file, and update changed ones.

    ``drain`` waits until the venue has processed the submitted commands. New terms take
    effect with the next trading day, eligibility rules at once. Instruments missing
    from the file are left alone.

    Raises:
        ConfigError: If the file asks for an impossible change, such as another tick.

    """
    changes = difference(market, venue.exchange)
    if changes.unknown:
        _log.warning("not in the market file: left alone", instruments=changes.unknown)
    if changes.delisted:
        _log.warning("delisted before: left alone", instruments=changes.delisted)
    outcomes = _Outcomes(market.source, changes.commands)
    for token, command in enumerate(changes.commands):
        venue.submit(outcomes, token, command)
    await drain()
    if outcomes.refusals:
        raise ConfigError("; ".join(outcomes.refusals))


@final
class _Outcomes:
    """Collects the outcomes of the commands; tokens are indices into the list."""

    def __init__(self, source: str, commands: list[MarketChange]) -> None:
        self.refusals: list[str] = []
        self._source = source
        self._commands = commands

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        command = self._commands[token]
        first = events[0]
        if type(first) is Rejected:
            self.refusals.append(self._refusal(command, first))
        elif type(command) is SetComposite:
            method = COMPOSITE_NAMES[command.method]
            _log.info(
                "composite changes with the next trading day",
                product=command.product,
                method=method,
            )
        elif type(command) is UpdateInstrument:
            name = command.terms.instrument
            _log.info("terms change with the next trading day", instrument=name)
        elif type(command) is SetEligibility:
            rules = len(command.rules)
            _log.info("rules of eligibility", product=command.product, rules=rules)
        else:
            _log.info("instrument listed", instrument=command.instrument)

    def _refusal(self, command: MarketChange, rejected: Rejected) -> str:
        if type(command) is SetComposite:
            key = f"{self._source}: product.{command.product}.composite"
            return f"{key}: the venue refused it ({rejected.reason.name})"
        if type(command) is SetEligibility:
            key = f"product.{command.product}.eligibility"
            return f"{self._source}: {key}: the venue refused it ({rejected.param})"
        terms = command.terms if type(command) is UpdateInstrument else command
        key = f"{self._source}: instrument.{terms.instrument}.{rejected.param}"
        if rejected.param == "reference":
            return (
                f"{key} is missing, and {terms.product} has no close yet to be its P0"
            )
        return f"{key}: the venue refused it ({rejected.reason.name})"
