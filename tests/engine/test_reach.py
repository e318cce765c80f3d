"""What the random streams come to: every command, event and reason, or they prove little.

The seeds are fixed: what is rare here is rare in every run of the properties.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, get_args

import pytest
from msgspec.structs import fields

from carbonex.engine import Command, Event, Reason, RefCommand, Rejected, work
from streams import Stream


if TYPE_CHECKING:
    from carbonex.engine import Applied, Batch

REFUSED = {"ActivateSemantics"}  # there is one meaning, which a log begins with
STREAMS, LENGTH = 300, 250  # commands; three seconds

NEVER = {
    ("OffBookTrade", "method", "LISTED"),  # the type has one name too many
    ("Rejected", "reason", "TOO_MANY_SESSIONS"),  # a thousand: test_disconnects
}
# A third of the streams has slices of a few events, and orders that meet a few.
SMALL = 3


class Reach:
    """What has come about in some streams."""

    def __init__(self) -> None:
        self.done: set[str] = set()  # kinds of command that were not refused
        self.told: set[tuple[str, str, str]] = set()  # event, field and its value
        self.happened: set[str] = set()
        self.refused: set[tuple[str, Reason]] = set()
        for seed in range(STREAMS):
            with pytest.MonkeyPatch.context() as patch:
                if seed % SMALL == 0:
                    for name in ("MAX_FILLS", "SLICE", "LOOKS"):
                        patch.setattr(work, name, 2)
                stream = Stream(seed)
                stream.run(LENGTH)
            for batch, applied in zip(
                stream.driver.batches[1:], stream.applied, strict=True
            ):
                self._read(batch, applied)

    def _read(self, batch: Batch, applied: Applied) -> None:
        for command, events in zip(batch.commands, applied.replies, strict=True):
            kind = type(command).__name__
            refused = [event.reason for event in events if type(event) is Rejected]
            self.refused.update((kind, reason) for reason in refused)
            if not refused:
                self.done.add(kind)
            self._note(events)
        self._note(applied.due)

    def _note(self, events: list[Event]) -> None:
        for event in events:
            kind = type(event).__name__
            self.happened.add(kind)
            for name in event.__struct_fields__:
                value = getattr(event, name)
                if isinstance(value, Enum | bool):
                    self.told.add((kind, name, _name(value)))


@pytest.fixture(scope="module")
def reach() -> Reach:
    return Reach()


def test_every_command_is_accepted(reach: Reach) -> None:
    assert {kind.__name__ for kind in get_args(Command)} - reach.done == REFUSED


def test_every_event_happens(reach: Reach) -> None:
    assert {kind.__name__ for kind in get_args(Event)} - reach.happened == set()


def test_every_reason_and_end_and_kind_is_told(reach: Reach) -> None:
    """Every value of every field that has few, reasons for refusals among them."""
    possible = {
        (kind.__name__, field.name, _name(value))
        for kind in get_args(Event)
        for field in fields(kind)
        for value in _values(field.type)
    }
    assert ("Rejected", "reason", Reason.OFFSET_CAP.name) in possible
    assert possible - reach.told - NEVER == set()


def test_client_order_ids_run_out_and_so_do_client_refs(reach: Reach) -> None:
    carriers = {"PlaceOrder", *(kind.__name__ for kind in get_args(RefCommand))}
    reason = Reason.TOO_MANY_CLIENT_IDS
    assert {(kind, reason) for kind in carriers} - reach.refused == set()


def _values(kind: object) -> list[Enum | bool]:
    if kind is bool:
        return [False, True]
    choices = get_args(kind) or (kind,)
    return [
        value
        for choice in choices
        if isinstance(choice, type) and issubclass(choice, Enum)
        for value in choice
    ]


def _name(value: Enum | bool) -> str:
    return value.name if isinstance(value, Enum) else str(value)
