"""The SDK and the wire say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.engine.enums import Reason
from carbonex.sdk import calls, errors, models
from carbonex.wire import answers, channels, requests
from carbonex.wire.answers import Error
from carbonex.wire.errors import Code


if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (models.Execution, channels.Execution),
        (models.ExecutionsSnapshot, channels.ExecutionsSnapshot),
        (models.Trade, channels.Trade),
        (models.Ticker, channels.Ticker),
        (models.Instrument, channels.Instrument),
        (models.BookFrame, channels.Book),
        (models.Balances, answers.Balances),
        (models.Holding, answers.Holding),
        (models.OrderResult, answers.OrderResult),
        (models.OrderState, answers.OrderState),
        (models.OpenOrders, answers.OpenOrders),
        (calls.PlacedItem, answers.BatchItem),
        (calls.CancelledItem, answers.BatchItem),
        (calls.PlacedBatch, answers.BatchResult),
        (calls.CancelledBatch, answers.BatchResult),
    ],
)
def test_models_have_the_members_of_the_wire(
    ours: type[msgspec.Struct], theirs: type[msgspec.Struct]
) -> None:
    assert members(ours) == members(theirs)


def test_every_method_of_the_wire_can_be_called() -> None:
    assert set(calls.METHODS) == params_of(requests) - {requests.Params}


def test_error_names_are_the_venue_s() -> None:
    known = {member.name for member in (*Code, *Reason)}
    assert set(errors._BY_NAME) <= known


@pytest.mark.parametrize("member", [*Code, *Reason])
def test_every_refusal_has_a_kind(member: Code | Reason) -> None:
    error = errors.venue_error(Error(member.value, member.name, "no."))
    assert type(error) is not errors.VenueError
    assert isinstance(error, errors._BY_THOUSAND[member.value // 1000])


def test_a_number_of_the_future_is_still_a_refusal() -> None:
    error = errors.venue_error(Error(9001, "MOON_PHASE", "no."))
    assert type(error) is errors.VenueError


def test_an_overloaded_venue_says_when_to_come_back() -> None:
    error = errors.venue_error(Error(5001, "BUSY", "no.", retry_after_ms=50))
    assert isinstance(error, errors.Busy)
    assert error.retry_after == 0.05


def members(struct: type[msgspec.Struct]) -> list[tuple[str, bool]]:
    """Return the names of a struct's members and whether they may be absent."""
    return [
        (field.encode_name, not field.required)
        for field in msgspec.structs.fields(struct)
    ]


def params_of(module: ModuleType) -> set[type[msgspec.Struct]]:
    return {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, requests.Params)
    }
