"""venue.toml: every value is typed, and a refusal says where and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from carbonex.gateway.config import (
    Config,
    Limits,
    Listen,
    default_config_text,
    load_config,
    parse_config,
)
from carbonex.gateway.documents import ConfigError, decode
from carbonex.gateway.market.file import InstrumentTable, MarketTable, read_value


if TYPE_CHECKING:
    from pathlib import Path


def test_the_default_file_holds_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text(default_config_text("shanghai-1"))
    assert load_config(path) == Config(venue="shanghai-1")


def test_what_a_file_leaves_out_has_its_default() -> None:
    config = parse_config('venue = "v"\n[listen]\nport = 9000\n')
    assert config == Config(venue="v", listen=Listen(port=9000))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("venue = ", "not TOML: Invalid value (at end of document)"),
        ("", "venue is missing"),
        (
            'venue = "a b"',
            (
                'venue = "a b": must be'
                " a name of up to 36 letters, digits, dots, hyphens and underscores"
            ),
        ),
        (
            'venue = "v"\nport = 1',
            (
                "port = 1: there is no such key;"
                " there are venue, market, listen, tls, limits, log, snapshots, days"
            ),
        ),
        (
            'venue = "v"\n[listen]\nport = 70000',
            "listen.port = 70000: must be at most 65535",
        ),
        (
            'venue = "v"\n[listen]\nprot = 1',
            "listen.prot = 1: there is no such key; did you mean port?",
        ),
        ('venue = "v"\nlisten = 8080', "listen = 8080: must be a table"),
        (
            'venue = "v"\n[limits]\nburst = 49',
            "limits.burst = 49: must be at least 50",
        ),
        (
            'venue = "v"\n[log]\nreserve_bytes = 33_554_431',
            "log.reserve_bytes = 33554431: must be at least 33554432",
        ),
        (
            'venue = "v"\n[limits]\nburst = "many"',
            'limits.burst = "many": must be a whole number',
        ),
        (
            'venue = "v"\n[limits]\nping_seconds = "1"',
            'limits.ping_seconds = "1": must be a number',
        ),
        (
            'venue = "v"\n[limits]\nping_seconds = 3601',
            "limits.ping_seconds = 3601: must be at most 3600",
        ),
        ('venue = "v"\nmarket = 1', "market = 1: must be a text in quotes"),
        (
            'venue = "v"\n[days]\nmode = "never"',
            'days.mode = "never": must be one of calendar, manual',
        ),
    ],
)
def test_a_refusal_names_file_key_value_and_reason(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "f")
    assert str(caught.value) == f"f: {message}"


KEYS = sorted(
    {
        name
        for table in (Config, Limits, MarketTable, InstrumentTable)
        for name in table.__struct_fields__
    }
)
NAMED = {"name": "A", "product": "X"}
VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.times()
    | st.sampled_from(["v", "09:30", "china", "70.00", "2027-01-01", "uniform", "x y"])
    | st.just(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=6,
)
TABLES = st.dictionaries(st.sampled_from([*KEYS, "prot"]), VALUES, max_size=4)


@given(TABLES, st.sampled_from([Config, MarketTable, InstrumentTable]))
def test_whatever_is_refused_has_its_reason(value: Any, kind: type) -> None:
    if kind is not MarketTable:
        value = {"venue": "v"} | value if kind is Config else NAMED | value
    try:
        msgspec.convert(value, kind, dec_hook=read_value)
    except msgspec.ValidationError:
        with pytest.raises(ConfigError, match=r"^f: .+(: (must|there) |is missing$)"):
            decode(value, kind, "f", dec_hook=read_value)
    else:
        decode(value, kind, "f", dec_hook=read_value)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"venue\.toml: cannot be read: .*No such file"
    ):
        load_config(tmp_path / "venue.toml")


def test_a_venue_needs_a_name_that_can_be_one() -> None:
    with pytest.raises(ConfigError, match='venue = "a b"'):
        default_config_text("a b")
