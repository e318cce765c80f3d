"""Print an instrument's ladder whenever it changes.

depth_watcher.py ws://127.0.0.1:8080 CEA25
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from typing import TYPE_CHECKING

import carbonex.sdk


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.sdk import Book


async def watch(url: str, instrument: str) -> None:
    """Print the ladder now and after each change; needs no key."""
    async with carbonex.sdk.connect(url) as venue:
        book = await venue.book(instrument)
        async for changed in book.updates():
            print(ladder(changed), flush=True)


def ladder(book: Book) -> str:
    """Draw both sides, the best prices in the middle."""
    widest = max((level.quantity for level in [*book.bids, *book.asks]), default=1)
    rows = [f"{book.instrument}  seq {book.seq}{'  STALE' if book.stale else ''}"]
    for name, levels in (("ask", reversed(book.asks)), ("bid", book.bids)):
        for price, quantity, orders in levels:
            bar = "█" * max(1, 30 * quantity // widest)
            rows.append(f"{name} {price:>10} {quantity:>9} t {orders:>4}  {bar}")
    return "\n".join([*rows, ""])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("instrument")
    chosen = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(watch(chosen.url, chosen.instrument))


if __name__ == "__main__":
    main()
