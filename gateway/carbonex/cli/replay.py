"""``carbonex replay``: print the history of the log, command by command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

import msgspec
import typer

from carbonex.engine import AuctionOpened, BlockProposed
from carbonex.journal import SnapshotStore, earliest, steps

from .describe import clock, date_of, describe, story
from .failures import fail
from .jsonable import jsonable
from .logs import Directory, log_errors, open_log, warn


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Command, Event, Exchange
    from carbonex.journal import Recovered, Step


FromOption = Annotated[
    int | None,
    typer.Option(
        "--from",
        metavar="SEQ",
        min=1,
        help="Begin with this command, by default with the first that there is.",
        show_default=False,
    ),
]
ToOption = Annotated[
    int | None,
    typer.Option(
        "--to",
        metavar="SEQ",
        min=1,
        help="Stop after this command.",
        show_default=False,
    ),
]
InstrumentOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Show only what concerns this instrument.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="One JSON object per command: prices and cash in fen, quantities in"
        " tonnes, times in nanoseconds since the epoch (UTC).",
    ),
]


def replay(
    directory: Directory,
    *,
    first: FromOption = None,
    last: ToOption = None,
    instrument: InstrumentOption = "",
    as_json: JsonOption = False,
) -> None:
    """Run the log through the engine again and print what happened.

    One line per command: its number, its time in Shanghai, the command, and
    what came of it. The last line names the digest of the state: the same log
    gives the same digest, on every machine. A running server is not disturbed.

    Where old rows are missing it begins behind the oldest good snapshot.
    """
    reader = open_log(directory)
    style: Style = _Json() if as_json else _Text()
    with log_errors():
        begin = earliest(reader, SnapshotStore(directory))
        warn(begin.warnings)
        _require(begin, first or last)
        exchange, position = begin.exchange, begin.position
        subjects = _Subjects(exchange)
        for step in steps(reader, exchange, position):
            position = step.row.position
            for entry in _entries(step, subjects, instrument):
                if (first or 0) <= entry.seq and (last is None or entry.seq <= last):
                    sys.stdout.write(style.entry(entry) + "\n")
            if last is not None and exchange.seq >= last:
                break
        sys.stdout.write(style.end(exchange, position) + "\n")
        sys.stdout.flush()


def _require(begin: Recovered, wanted: int | None) -> None:
    """End the command if ``wanted`` is older than the first replayable command."""
    seq, position = begin.exchange.seq, begin.position
    if not position:
        return
    first = (
        f"the first command that can be shown is #{seq + 1}, behind position {position}"
    )
    if wanted is None:
        warn([first])
    elif wanted <= seq:
        fail(
            f"command #{wanted} cannot be shown, because older rows are missing: {first};"
            f" begin with --from {seq + 1}, or put the older rows' archive files back"
        )


class Entry(NamedTuple):
    """A command and its events; ``command`` is None if the passing of time acted."""

    seq: int
    position: int
    time_ns: int
    command: Command | None
    events: list[Event]


class Style(Protocol):
    """A format of the output."""

    def entry(self, entry: Entry) -> str:
        """Return the line of one entry."""

    def end(self, exchange: Exchange, position: int) -> str:
        """Return the last line."""


class _Text:
    """Text lines, for people."""

    def __init__(self) -> None:
        self._date = ""

    def entry(self, entry: Entry) -> str:
        date = date_of(entry.time_ns)
        header = "" if date == self._date else f"{date} (UTC+8)\n"
        self._date = date
        time = clock(entry.time_ns)
        if entry.command is None:
            happened = ", ".join(describe(event) for event in entry.events)
            return f"{header}{time} {happened}"
        return f"{header}{time} #{entry.seq} {story(entry.command, entry.events)}"

    def end(self, exchange: Exchange, position: int) -> str:
        digest = exchange.digest().hex()
        return f"seq {exchange.seq}, log position {position}, digest {digest}"


class _Json:
    """JSON lines, for programs."""

    def entry(self, entry: Entry) -> str:
        return _encode(
            {
                "seq": entry.seq,
                "position": entry.position,
                "time_ns": entry.time_ns,
                "command": jsonable(entry.command),
                "events": jsonable(entry.events),
            }
        )

    def end(self, exchange: Exchange, position: int) -> str:
        digest = exchange.digest().hex()
        return _encode({"seq": exchange.seq, "position": position, "digest": digest})


def _encode(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


class _Subjects:
    """Find the instrument of commands and events, including bids and block answers.

    Bids and answers to blocks carry only the number of their auction or block.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._auctions = {n: a.command.instrument for n, a in exchange.auctions.items()}
        self._blocks = {n: b.command.instrument for n, b in exchange.blocks.items()}

    def learn(self, event: Event) -> None:
        """Remember the instrument of a new auction or block."""
        if isinstance(event, AuctionOpened):
            self._auctions[event.auction_id] = event.terms.instrument
        elif isinstance(event, BlockProposed):
            self._blocks[event.block_id] = event.terms.instrument

    def of(self, thing: object) -> str:
        """Return the instrument that ``thing``, its order or its terms name."""
        for member in ("order", "taker", "terms"):
            thing = getattr(thing, member, thing)
        name: str = getattr(thing, "instrument", "")
        return (
            name
            or self._auctions.get(getattr(thing, "auction_id", 0), "")
            or self._blocks.get(getattr(thing, "block_id", 0), "")
        )


def _entries(step: Step, subjects: _Subjects, instrument: str) -> Iterator[Entry]:
    """Yield the entries of a row, limited to ``instrument`` if one is named.

    A row that the engine did not accept yields nothing.
    """

    def concerns(*things: object) -> bool:
        return not instrument or any(subjects.of(x) == instrument for x in things)

    position, applied = step.row.position, step.applied
    seq, time_ns = applied.first_seq, applied.time_ns
    due = [event for event in applied.due if concerns(event)]
    if due:
        yield Entry(seq, position, time_ns, None, due)
    if applied.accepted:
        pairs = zip(step.batch.commands, applied.replies, strict=True)
        for i, (command, events) in enumerate(pairs):
            for event in events:
                subjects.learn(event)
            if concerns(command, *events):
                yield Entry(seq + i, position, time_ns, command, events)
