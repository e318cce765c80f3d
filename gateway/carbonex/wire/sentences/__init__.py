"""The engine's refusals in words.

A sentence names the thing, its value and the limit it was held against, and
says what to do. Prices and cash are CNY, quantities tonnes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.wire.errors import engine_error

from . import market, off_book, orders, registry


if TYPE_CHECKING:
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


def error_of(rejected: Rejected, command: Command | Params) -> Error:
    """Return the client's view of the refusal of ``command``, or of a like query."""
    sentence = SENTENCES[rejected.reason]
    return engine_error(rejected.reason, sentence(rejected, command), rejected.param)
