"""The SDK and the wire say the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec
from msgspec import UnsetType

from carbonex.engine.enums import Reason
from carbonex.sdk import administration, calls, models, new_order, subscriptions
from carbonex.sdk.errors import refusals as errors
from carbonex.wire import answers, channels, requests, statements
from carbonex.wire.answers import Error
from carbonex.wire.errors import Code
from carbonex.wire.reading import PARAMS


if TYPE_CHECKING:
    import pytest


# Ours with prices, theirs with texts.
TWINS: dict[type[msgspec.Struct], type[msgspec.Struct]] = {
    models.Execution: channels.Execution,
    models.ExecutionsSnapshot: channels.ExecutionsSnapshot,
    models.Trade: channels.Trade,
    models.Ticker: channels.Ticker,
    models.Terms: channels.InstrumentTerms,
    models.Instrument: channels.Instrument,
    models.BookFrame: channels.Book,
    models.ListingsFrame: channels.Listings,
    models.Volume: channels.Volume,
    models.Volumes: channels.Volumes,
    models.Bulletin: channels.Bulletin,
    models.Premium: channels.Premium,
    models.AuctionBid: channels.AuctionBid,
    models.AuctionUpdate: channels.AuctionUpdate,
    models.Balances: answers.Balances,
    models.Holding: answers.Holding,
    models.Annulled: answers.Annulled,
    models.FrozenCash: answers.FrozenCash,
    models.OrderResult: answers.OrderResult,
    models.OrderState: answers.OrderState,
    models.OpenOrders: answers.OpenOrders,
    models.Block: answers.Block,
    models.Blocks: answers.Blocks,
    models.Auction: answers.Auction,
    models.Auctions: answers.Auctions,
    models.Bid: answers.Bid,
    models.Bids: answers.Bids,
    models.AccountTrade: statements.AccountTrade,
    models.AccountTrades: statements.AccountTrades,
    models.PastBulletins: statements.Bulletins,
    models.CashColumn: statements.CashColumn,
    models.StatementLine: statements.StatementLine,
    models.Statement: statements.Statement,
}
BATCHES: dict[type[msgspec.Struct], type[msgspec.Struct]] = {
    calls.PlacedItem: answers.BatchItem,
    calls.CancelledItem: answers.BatchItem,
    calls.PlacedBatch: answers.BatchResult,
    calls.CancelledBatch: answers.BatchResult,
}
# What a member of ours may be where theirs is a text that holds more than a text.
READ_AS = {
    (str, Decimal),
    (str, dt.date),
    (str, models.StatusName),
    (str, Decimal | None),  # an empty text is never sent
    (str | None, Decimal | None),
    (str | None, dt.date | None),
    (list[channels.Level], list[models.Level]),
    (list[channels.Listing], list[models.Listing]),
}


def test_models_have_the_members_of_the_wire() -> None:
    for ours, theirs in (TWINS | BATCHES).items():
        assert members(ours) == members(theirs), ours


def test_members_are_read_as_what_they_are() -> None:
    for ours, theirs in TWINS.items():
        mine, known = get_type_hints(ours), get_type_hints(theirs)
        for name in ours.__struct_fields__:
            assert is_read_as(known[name], mine[name]), f"{ours} {name}: {known[name]}"


def test_what_may_be_absent_is_the_same_then(subtests: pytest.Subtests) -> None:
    for ours, theirs in TWINS.items():
        with subtests.test(ours.__name__):
            _has_its_defaults(ours, theirs)


def _has_its_defaults(ours: type[msgspec.Struct], theirs: type[msgspec.Struct]) -> None:
    for mine, other in zip(
        msgspec.structs.fields(ours), msgspec.structs.fields(theirs), strict=True
    ):
        if isinstance(mine.default, Decimal):
            assert mine.default == Decimal(other.default or 0)  # a fee left out is 0
        elif mine.default is not None:  # a price left out is none
            assert mine.default == other.default


def test_every_method_of_the_wire_can_be_called() -> None:
    called = {method: params for params, (method, _) in calls.METHODS.items()}
    assert called == PARAMS


def test_results_are_read_as_the_wire_s() -> None:
    known = {*TWINS, *BATCHES, *filter(callable, vars(answers).values())}
    assert {result for _, result in calls.METHODS.values()} <= known


def test_every_channel_of_the_wire_can_be_followed() -> None:
    followed = {name for name, _ in subscriptions._ITEMS}
    by_the_client = {"status", "heartbeat"}
    assert followed | by_the_client == set(get_args(requests.ChannelName))


def test_an_order_can_be_told_all_that_the_wire_takes() -> None:
    derived = {"order_type", "account", "deadline"}
    told = get_type_hints(new_order.NewOrder, vars(msgspec), vars(requests) | NAMES)
    assert set(told) | derived == set(requests.AddOrder.__struct_fields__)
    options = new_order.OrderOptions.__annotations__
    assert set(options) | {"side", "instrument", "quantity", "price"} == set(told)


def test_terms_can_be_changed_one_by_one() -> None:
    changes = administration.TermChanges.__annotations__
    assert tuple(changes) == requests.Terms.__struct_fields__


def test_error_names_are_the_venue_s() -> None:
    known = {member.name for member in (*Code, *Reason)}
    assert set(errors._BY_NAME) <= known


def test_every_refusal_has_a_kind(subtests: pytest.Subtests) -> None:
    for member in (*Code, *Reason):
        with subtests.test(member.name):
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


# What NewOrder names in its annotations alone.
NAMES = {
    "dt": dt,
    "Price": Any,
    "Sequence": list,
    "Decimal": Decimal,
    "Listing": models.Listing,
}


def members(struct: type[msgspec.Struct]) -> list[tuple[str, bool]]:
    """Return the names of a struct's members and whether they may be absent."""
    return [
        (field.encode_name, not field.required)
        for field in msgspec.structs.fields(struct)
    ]


def is_read_as(theirs: Any, ours: Any) -> bool:
    """Tell whether a member of the wire's type is read as ours: left out is None."""
    if theirs == ours or (theirs, ours) in READ_AS:
        return True
    if isinstance(ours, type) and ours in TWINS:
        return TWINS[ours] is theirs
    parts = list(zip(get_args(theirs), get_args(ours), strict=False))
    return bool(parts) and all(
        (mine is NoneType and other in (NoneType, UnsetType)) or is_read_as(other, mine)
        for other, mine in parts
    )
