"""Recordings for tests: the real ones if they are there, and hand-made tapes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from carbonex.cli.flows.lobster_files import Message, Row, read_message
from carbonex.engine import BUY, AmendOrder, CancelOrder, PlaceOrder, Side


if TYPE_CHECKING:
    from carbonex.cli.flows.flow import Flow
    from carbonex.engine import Command


_ROOT = Path(__file__).parents[2]


def market_data(name: str) -> Path:
    """Return a data file or folder, or skip the test that needs it."""
    folder = Path(os.environ.get("CARBONEX_DATA", _ROOT / "../shared/data"))
    path = (folder / name).resolve()
    if not path.exists():
        pytest.skip(f"{path} is absent: set CARBONEX_DATA to the data folder")
    return path


def words(command: Command) -> str:
    """Return a flow's command in short: ``0 buy a 5@100.00 gtc``, desk first."""
    if type(command) is PlaceOrder:
        desk = command.account.removeprefix("desk-")
        price = f"{command.price / 100:.2f}" if command.price else "market"
        what = f"{command.client_order_id} {command.quantity}@{price}"
        post_only = " post-only" if command.post_only else ""
        tif = command.time_in_force.name.lower()
        return f"{desk} {command.side.name.lower()} {what} {tif}{post_only}"
    if type(command) is AmendOrder:
        desk = command.account.removeprefix("desk-")
        return f"{desk} amend {command.client_order_id} to {command.quantity}"
    assert type(command) is CancelOrder
    return f"{command.account.removeprefix('desk-')} cancel {command.client_order_id}"


def kinds(flow: Flow) -> Counter[str]:
    """Return how many commands of each kind a flow has."""
    return Counter(type(command).__name__ for command in flow.commands)


class Tape:
    """LOBSTER rows written by hand; the book after each is worked out from them.

    A line is ``time kind id size price side``: kinds are new, reduce, delete,
    execute, hidden. ``shown`` overrides the book of the latest row, for what a
    recording shows without a message.
    """

    KINDS: Final = {"new": 1, "reduce": 2, "delete": 3, "execute": 4, "hidden": 5}

    def __init__(self, bids: dict[int, int], asks: dict[int, int]) -> None:
        self._book: tuple[Counter[int], Counter[int]] = (Counter(bids), Counter(asks))
        self.rows: list[Row] = []

    def play(self, script: str) -> Tape:
        """Add a row for each line of ``script``."""
        for line in script.strip().splitlines():
            self._play(line.split())
        return self

    def unseen(self, line: str) -> Tape:
        """Add a row that happens beyond the recorded book."""
        self.rows.append(Row(self._message(line.split()), None))
        return self

    def shown(self, side: Side, price: int, size: int) -> Tape:
        """Let the latest row's book have ``size`` at ``price``."""
        self._book[side][price] = size
        self.rows[-1] = self.rows[-1]._replace(book=self._line())
        return self

    def _play(self, words: list[str]) -> None:
        message = self._message(words)
        if words[1] != "hidden":
            sign = 1 if words[1] == "new" else -1
            self._book[message.side][message.price] += sign * message.size
        self.rows.append(Row(message, self._line()))

    def _message(self, words: list[str]) -> Message:
        time, kind, order_id, size, price, side = words
        direction = "1" if side == "buy" else "-1"
        cents = str(round(float(price) * 10_000))
        return read_message(
            [time, str(self.KINDS[kind]), order_id, size, cents, direction]
        )

    def _line(self) -> str:
        asks = sorted((p, q) for p, q in self._book[1].items() if q)
        bids = sorted(((p, q) for p, q in self._book[BUY].items() if q), reverse=True)
        values = []
        for level in range(30):
            for side, filler in ((asks, 9999999999), (bids, -9999999999)):
                price, size = side[level] if level < len(side) else (0, 0)
                values += [price * 100 if size else filler, size]
        return ",".join(map(str, values))
