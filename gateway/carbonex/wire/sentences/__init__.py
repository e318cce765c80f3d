"""Messages for the engine's refusals.

A message names the subject, its value and the limit that it exceeds, and advises what
to do. Prices and cash are in CNY, quantities in tonnes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.enums import Reason
from carbonex.wire.errors import engine_error

from . import market, off_book, orders, registry
from .phrases import alike, instrument_of


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine.commands import Command
    from carbonex.engine.events import Rejected
    from carbonex.wire.answers import Error
    from carbonex.wire.requests import Params


SENTENCES: Final = {
    **orders.SENTENCES,
    **market.SENTENCES,
    **off_book.SENTENCES,
    **registry.SENTENCES,
}


def error_of(
    rejected: Rejected, command: Command | Params, instruments: Iterable[str] = ()
) -> Error:
    """Return the client's view of the refusal of ``command`` or of a query.

    For an unknown instrument, it suggests a similar one of ``instruments``, in time
    linear in their number.
    """
    sentence = SENTENCES[rejected.reason](rejected, command)
    if rejected.reason is Reason.UNKNOWN_INSTRUMENT:
        meant = alike(instrument_of(command), instruments)
        sentence = f"{sentence}; did you mean {meant}?" if meant else sentence
    return engine_error(rejected.reason, sentence, rejected.param)
