"""Texts that are numbers, dates or names: all of the text is, or it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.gateway.config import parse_config
from carbonex.gateway.documents import ConfigError
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.money import parse_fen
from carbonex.wire.reading import PARAMS
from carbonex.wire.requests import base, terms
from hostile.valid import PATTERNS


if TYPE_CHECKING:
    from carbonex.wire.codec import Codec


KINDS = {
    "id": (base.Id, "1042"),
    "id or nothing": (base.OptionalId, "1042"),
    "no id": (base.OptionalId, ""),
    "date": (base.Date, "2026-12-02"),
    "date or nothing": (base.OptionalDate, "2026-12-02"),
    "no date": (base.OptionalDate, ""),
    "wall time": (terms.WallTime, "09:30"),
    "midnight": (terms.WallTime, "24:00"),
}
ADDED = ("\n", " ", "\0", "\r\n", "\u2028", "\u0663", "_0", "x")
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_may_stand_before_or_behind_it(codec: Codec, name: str) -> None:
    kind, good = KINDS[name]
    decoder = codec.decoder(kind)
    assert decoder.decode(codec.encode(good)) == good
    bad = [good + more for more in ADDED] + [more + good for more in ADDED]
    bad += [good.translate(DIGITS)] if good else []
    for text in bad:
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(codec.encode(text))


def test_every_pattern_of_a_request_ends_at_its_end() -> None:
    found = set[str]()

    def look(kind: object) -> None:
        pattern = getattr(kind, "pattern", None)
        if pattern is not None:
            found.add(pattern)
        for part in getattr(kind, "__struct_fields__", ()):
            value = getattr(kind, part)
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, msgspec.inspect.Type | msgspec.inspect.Field):
                    look(each)

    for params in PARAMS.values():
        look(msgspec.inspect.type_info(params))
    assert found == set(PATTERNS)
    assert all(pattern.endswith(")$(?!\\n)") for pattern in found)


@pytest.mark.parametrize("text", ["74.63\n", " 74.63", "٧٤.63", "7_4.63", "1e3", "+1"])
def test_nor_at_a_price(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of CNY"):
        parse_fen(text)


@pytest.mark.parametrize(
    "text",
    [
        'venue = "acme\\n"',
        'venue = "acme"\n[listen]\norigins = ["https://acme.example\\n"]',
    ],
)
def test_nor_at_a_name_in_venue_toml(text: str) -> None:
    with pytest.raises(ConfigError, match=r"must be an? "):
        parse_config(text)
