"""Every release's golden logs lead to what they always led to."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from carbonex.engine import (
    COMPILED,
    Checkpoint,
    Command,
    Exchange,
    exchange as exchange_module,
)
from carbonex.engine.snapshot import FORMAT
from carbonex.engine.timers import Due, Timers
from driver import replay
from everything import venue
from golden.make import EXPECTED, main
from golden.outcome import Narrator, Outcome, golden_rows, replayed


HERE = Path(__file__).parent
LOGS = sorted(path.parent for path in HERE.rglob(EXPECTED))
NAMES = [str(path.relative_to(HERE)) for path in LOGS]
golden = pytest.mark.parametrize("log", LOGS, ids=NAMES)


def expected_of(log: Path) -> Outcome:
    return msgspec.json.decode((log / EXPECTED).read_bytes(), type=Outcome)


@golden
def test_it_leads_to_what_it_always_led_to(log: Path) -> None:
    expected = expected_of(log)
    outcome = replayed(log, expected.fields)
    if expected.format != FORMAT:  # the digest is of another snapshot then
        outcome = msgspec.structs.replace(
            outcome, format=expected.format, digest=expected.digest
        )
    assert outcome == expected


@golden
def test_the_digests_in_it_are_those_of_its_states(log: Path) -> None:
    exchange, compared = Exchange(), 0
    for row in golden_rows(log):
        for command in row.batch().commands:
            if type(command) is Checkpoint and command.format == FORMAT:
                compared += command.digest == exchange.digest()
        exchange.apply(row.batch())
    assert compared >= 2 or expected_of(log).format != FORMAT


# Commands that came after the newest release: the next one's logs hold them.
SINCE: set[str] = set()


def test_a_release_holds_every_command_that_it_knew() -> None:
    newest = max((path.parent.name for path in LOGS), key=_number)
    held = {
        command
        for log in LOGS
        if log.parent.name == newest
        for command in expected_of(log).commands
    }
    assert {kind.__name__ for kind in get_args(Command)} == held | SINCE


@pytest.mark.skipif(COMPILED, reason="a compiled engine cannot be changed")
def test_another_meaning_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    log = LOGS[-1]
    expected = expected_of(log)
    module: Any = exchange_module
    real = module.place
    monkeypatch.setattr(module, "place", lambda *args: real(*args)[:1])
    with pytest.raises(AssertionError):
        assert replayed(log, expected.fields).events == expected.events


@pytest.mark.skipif(COMPILED, reason="a compiled engine cannot be changed")
@pytest.mark.parametrize("kinds", [*pairwise(Due)], ids=lambda pair: pair[0].name)
def test_another_order_at_one_instant_is_noticed(
    kinds: tuple[Due, Due], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of everything has each kind of what is due at one instant."""
    expected = _events_of_everything()
    other: dict[int, Due] = dict(zip(kinds, reversed(kinds), strict=True))
    setting, clearing, taking = Timers.set, Timers.clear, Timers.take

    def swapped(kind: Due) -> Due:
        return other.get(kind, kind)

    def take(timers: Timers, now_ns: int) -> tuple[int, Due, int] | None:
        due = taking(timers, now_ns)
        return None if due is None else (due[0], swapped(due[1]), due[2])

    monkeypatch.setattr(
        Timers, "set", lambda t, ns, kind, n=0: setting(t, ns, swapped(kind), n)
    )
    monkeypatch.setattr(
        Timers, "clear", lambda t, ns, kind, n=0: clearing(t, ns, swapped(kind), n)
    )
    monkeypatch.setattr(Timers, "take", take)
    assert _events_of_everything() != expected


def test_a_field_that_is_new_is_not_counted() -> None:
    """And it is noticed if one that was counted changes."""
    log = LOGS[0]
    fields = expected_of(log).fields
    fewer = {**fields, "Trade": fields["Trade"] - 1}
    assert replayed(log, fewer).events != replayed(log, fields).events


def test_a_golden_log_is_never_made_again() -> None:
    with pytest.raises(FileExistsError):
        main(LOGS[0].parent.name)


def _events_of_everything() -> str:
    narrator = Narrator()
    for applied in replay(venue().batches)[1]:
        narrator.take(applied)
    return narrator.hexdigest()


def _number(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]
