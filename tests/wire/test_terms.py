"""An instrument's terms go over the wire and come back as they were."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import fields

from carbonex.engine import (
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    ListInstrument,
    OrderKind,
    Pricing,
    Thresholds,
    TooFewBids,
)
from carbonex.wire import channels, requests
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.terms import engine_terms, hours_of, sessions_of, wire_terms


NUMBERS = st.integers(0, 2**31)
SECONDS = st.integers(0, 86_399)
SESSIONS = st.lists(st.tuples(SECONDS, SECONDS | st.just(86_400)), max_size=3).map(
    tuple
)


def _numbers(section: Any) -> st.SearchStrategy[Any]:
    return st.builds(section, *([NUMBERS] * len(section.__struct_fields__)))


TERMS = st.builds(
    ListInstrument,
    key=st.just("op"),
    instrument=st.just("CEA25"),
    product=st.sampled_from(["CEA", "CCER"]),
    tick=NUMBERS,
    lot=NUMBERS,
    max_quantity=NUMBERS,
    market_protection_permille=NUMBERS,
    reference=NUMBERS,
    band_permille=NUMBERS,
    sessions=SESSIONS,
    multi_day=st.booleans(),
    take_levels=NUMBERS,
    pick=st.booleans(),
    resale_days=NUMBERS,
    offset_permille=NUMBERS,
    position_limit=NUMBERS,
    large_holder_permille=NUMBERS,
    fees=_numbers(Fees),
    blocks=st.builds(BlockTerms, NUMBERS, NUMBERS, SESSIONS),
    auctions=st.builds(
        AuctionTerms,
        st.booleans(),
        NUMBERS,
        NUMBERS,
        NUMBERS,
        st.sampled_from(Pricing),
        st.sampled_from(TooFewBids),
        st.booleans(),
    ),
    calls=_numbers(CallTerms),
    thresholds=_numbers(Thresholds),
    min_display_permille=NUMBERS,
    vintage=NUMBERS,
    order_kinds=st.integers(0, 63).map(OrderKind),
)


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@given(terms=TERMS)
def test_there_and_back(codec: Codec, terms: ListInstrument) -> None:
    told = channels.InstrumentTerms(**wire_terms(terms))
    data = codec.encode(told)
    assert codec.decoder(channels.InstrumentTerms).decode(data) == told
    read = codec.decoder(requests.Terms).decode(data)
    back = engine_terms("op", "CEA25", read, terms.tick, terms.reference)
    assert back == terms


def test_what_is_left_out_is_what_the_engine_has_by_default() -> None:
    told = requests.ListInstrument(instrument="CEA25")
    assert engine_terms("op", "CEA25", told, 1, 0) == ListInstrument("op", "CEA25")
    terms = channels.InstrumentTerms(**wire_terms(ListInstrument("op", "CEA25")))
    assert terms == channels.InstrumentTerms()


def test_a_client_is_told_all_terms_and_minds_no_new_ones() -> None:
    told = msgspec.json.decode(msgspec.json.encode(channels.InstrumentTerms()))
    assert set(told) == set(requests.Terms.__struct_fields__)
    assert told["calls"] == {"open_seconds": 0, "resume_seconds": 0}
    assert told["auctions"]["pricing"] == "pay_as_bid"
    for section in ("fees", "blocks", "auctions", "calls", "thresholds"):
        told[section]["moon_phase"] = "full"
    assert msgspec.convert(told, channels.InstrumentTerms) == channels.InstrumentTerms()


@pytest.mark.parametrize(
    ("wire", "engine"),
    [
        (requests.Terms, ListInstrument),
        (requests.FeesSection, Fees),
        (requests.BlocksSection, BlockTerms),
        (requests.AuctionsSection, AuctionTerms),
        (requests.CallsSection, CallTerms),
        (requests.ThresholdsSection, Thresholds),
    ],
)
def test_every_term_of_the_engine_has_its_name_on_the_wire(
    wire: type[msgspec.Struct], engine: type[msgspec.Struct]
) -> None:
    names = [field.name for field in fields(engine)]
    assert [field.name for field in fields(wire)] == [
        name for name in names if name not in ("key", "instrument")
    ]


def test_wall_times() -> None:
    hours = (("09:30", "11:30"), ("13:00:05", "24:00"), ("00:00", "00:00:01"))
    sessions = ((34_200, 41_400), (46_805, 86_400), (0, 1))
    assert sessions_of(hours) == sessions
    assert hours_of(sessions) == hours
