"""Numbers of orders as clients see them, which do not count the venue's orders.

The engine counts the orders of the whole venue. A client who saw those numbers would
learn how many orders were placed between two of its own. So what a client is told is a
permutation of them, with a key of the venue's secret; and the listings of each
instrument, which everybody sees, are another one, with a key of their own. Without the
secret nobody can tell which number comes after which, which listing is which order, or
what a number of one instrument says of another's. Both ways are O(1) and need no
table. The log, its tools and alerts keep the engine's numbers.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, final

from .speck import BITS, KEY_BYTES, Speck


if TYPE_CHECKING:
    from carbonex.engine.state import State


# What is added to a permuted number: all have 15 digits, and no engine's number is
# as large. Spreadsheets keep 15 digits.
OFFSET: Final = 1 << BITS


@final
class OrderIds:
    """Shows the engine's numbers to clients, and finds what clients mean by theirs.

    A number that no order can have is meant as a negative one, which names nothing
    and is shown as it was given. While the venue has no secret all are shown as they
    are, and later those of the orders that came before it.
    """

    __slots__ = ("_last", "_listings", "_orders", "_plain", "_secret", "_state")

    def __init__(self, state: State) -> None:
        """Follow ``state``, which may get its secret later."""
        self._state: Final = state
        self._secret = b""
        self._plain = 0
        self._orders = Speck(bytes(KEY_BYTES))
        self._listings: dict[str, Speck] = {}
        # An order is told of several times in a row: its execution, then its answer.
        self._last = (0, "0")

    @property
    def hidden(self) -> bool:
        """Whether the venue has a secret."""
        return bool(self._state.secret)

    def shown(self, order_id: int) -> str:
        """Return the id of one of a client's own orders as it is told."""
        last, text = self._last
        if order_id == last:
            return text
        if self._state.secret is not self._secret:
            self._adopt()
        if not self._secret or order_id <= self._plain:
            return str(abs(order_id))
        text = str(OFFSET + self._orders.encrypt(order_id))
        self._last = (order_id, text)
        return text

    def meant(self, text: str) -> int:
        """Return which order a client means by an id, of digits only."""
        given = int(text)
        if self._state.secret is not self._secret:
            self._adopt()
        if not self._secret or given <= self._plain:
            return given
        if given >> BITS == 1:
            order_id = self._orders.decrypt(given - OFFSET)
            if order_id > self._plain:
                return order_id
        return -given

    def listing_shown(self, instrument: str, listing: int) -> str:
        """Return the number of one of an instrument's listings as everybody sees it."""
        if listing < 0 or not self._state.secret:
            return str(abs(listing))
        return str(OFFSET + self._of(instrument).encrypt(listing))

    def listing_meant(self, instrument: str, text: str) -> int:
        """Return which listing of an instrument is meant by a number."""
        given = int(text)
        if not self._state.secret:
            return given
        if given >> BITS == 1:
            return self._of(instrument).decrypt(given - OFFSET)
        return -given

    def _of(self, instrument: str) -> Speck:
        """Return the permutation of an instrument's listings."""
        if self._state.secret is not self._secret:
            self._adopt()
        known = self._listings.get(instrument)
        if known is None:
            known = Speck(self._key(b"listings", instrument))
            self._listings[instrument] = known
        return known

    def _adopt(self) -> None:
        """Take the venue's secret."""
        self._secret = self._state.secret
        self._plain = self._state.plain_ids
        self._orders = Speck(self._key(b"order ids", ""))

    def _key(self, use: bytes, instrument: str) -> bytes:
        return blake2b(
            instrument.encode(), digest_size=KEY_BYTES, key=self._secret, person=use
        ).digest()
