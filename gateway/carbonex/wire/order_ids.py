"""Client-visible numbers of orders, blocks and bids, which hide the engine's counters.

The engine counts the orders of the whole venue. From those numbers a client could learn
how many orders were placed between two of its own. So clients see a permutation of
them, keyed by the venue's secret. Block proposals, bids, and the public listings of
each instrument have separate permutations with their own keys, so that numbers of
different kinds match only by chance. Auctions are public and keep the engine's numbers.

Without the secret nobody can tell the sequence of the numbers, which listing is which
order, or relate the numbers of two instruments. Both directions are O(1) and need no
table. The log, its tools and alerts keep the engine's numbers.
"""

from __future__ import annotations

from hashlib import blake2b
from operator import attrgetter
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import Method

from .speck import BITS, KEY_BYTES, Speck
from .vocabulary import METHOD_NAMES


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.state import State


# What is added to a permuted number: all have 15 digits, and no engine's number is
# as large. Spreadsheets keep 15 digits.
OFFSET: Final = 1 << BITS

LISTED: Final = METHOD_NAMES[Method.LISTED]
BLOCK: Final = METHOD_NAMES[Method.BLOCK]


class Ids:
    """Converts between the engine's numbers of one kind and the ids that clients see.

    An id that nothing can have converts to a negative number, which names nothing and
    is shown as given. Without a secret all numbers are shown unchanged; later, only
    those from before the secret are. Threads may share it. All methods are O(1).
    """

    __slots__ = ("_cipher", "_last", "_plain", "_plain_of", "_secret", "_state", "_use")

    def __init__(
        self, state: State, use: bytes, plain_of: Callable[[State], int]
    ) -> None:
        """Follow ``state``, which may get its secret later.

        ``use`` tells the key of this kind from the others', and ``plain_of`` returns
        the last number from before the secret.
        """
        self._state: Final = state
        self._use: Final = use
        self._plain_of: Final = plain_of
        self._secret = b""
        self._plain = 0
        self._cipher = Speck(bytes(KEY_BYTES))
        # The same number comes several times in a row: an execution, then its answer.
        self._last = (0, "0")

    def shown(self, number: int) -> str:
        """Return the engine's number in the form that clients see."""
        last, text = self._last
        if number == last:
            return text
        if self._state.secret is not self._secret:
            self._adopt()
        if not self._secret or number <= self._plain:
            return str(abs(number))
        text = str(OFFSET + self._cipher.encrypt(number))
        self._last = (number, text)
        return text

    def meant(self, text: str) -> int:
        """Return the engine's number, from a client's id of digits only."""
        given = int(text)
        if self._state.secret is not self._secret:
            self._adopt()
        if not self._secret or given <= self._plain:
            return given
        if given >> BITS == 1:
            number = self._cipher.decrypt(given - OFFSET)
            if number > self._plain:
                return number
        return -given

    def _adopt(self) -> None:
        """Take the venue's secret: last, because other threads look for it first."""
        secret = self._state.secret
        self._plain = self._plain_of(self._state)
        self._cipher = Speck(_key(secret, self._use, ""))
        self._secret = secret


@final
class OrderIds(Ids):
    """The ids of orders, and with them those of blocks, bids and listings."""

    __slots__ = ("_listings", "bids", "blocks")

    def __init__(self, state: State) -> None:
        """Follow ``state``, which may get its secret later."""
        super().__init__(state, b"order ids", attrgetter("plain_ids"))
        self._listings: dict[str, Speck] = {}
        self.blocks: Final = Ids(state, b"block ids", attrgetter("plain_blocks"))
        self.bids: Final = Ids(state, b"bid ids", attrgetter("plain_bids"))

    @property
    def hidden(self) -> bool:
        """Whether the venue has a secret."""
        return bool(self._state.secret)

    def source_shown(self, method: str, liquidity: str, source_id: int) -> str:
        """Return the source of a trade, as the side with that liquidity sees it.

        The source is the order, the block, the taker's bid, or else the auction.
        """
        if method == LISTED:
            return self.shown(source_id)
        if method == BLOCK:
            return self.blocks.shown(source_id)
        return self.bids.shown(source_id) if liquidity == "taker" else str(source_id)

    def listing_shown(self, instrument: str, listing: int) -> str:
        """Return the public number of a listing of an instrument."""
        if listing < 0 or not self._state.secret:
            return str(abs(listing))
        return str(OFFSET + self._of(instrument).encrypt(listing))

    def listing_meant(self, instrument: str, text: str) -> int:
        """Return the engine's number of a listing, from its public number."""
        given = int(text)
        if not self._state.secret:
            return given
        if given >> BITS == 1:
            return self._of(instrument).decrypt(given - OFFSET)
        return -given

    def _of(self, instrument: str) -> Speck:
        """Return the permutation of an instrument's listings."""
        known = self._listings.get(instrument)
        if known is None:
            known = Speck(_key(self._state.secret, b"listings", instrument))
            self._listings[instrument] = known
        return known


def _key(secret: bytes, use: bytes, instrument: str) -> bytes:
    return blake2b(
        instrument.encode(), digest_size=KEY_BYTES, key=secret, person=use
    ).digest()
