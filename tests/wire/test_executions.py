"""The stored form of executions: complete, and fixed for a version of the history."""

from __future__ import annotations

from msgspec import structs

from carbonex.journal.history.schema import SCHEMA_VERSION
from carbonex.wire.channels import Execution
from carbonex.wire.codec import JSON
from carbonex.wire.executions import decode, encode


NEW = Execution(
    *("a", 5, "new", "11", "CEA25", "sell", "limit", "day", "70.00"),
    *(10, 0, 10, "open", 51, 1, "a-1"),
)


def test_the_stored_form_changes_only_with_the_schema_version() -> None:
    """A history with other fields would be read wrongly: it must be rebuilt."""
    assert (SCHEMA_VERSION, len(structs.fields(Execution))) == (1, 32)
    assert encode(NEW) == (
        b"\xdc\x00\x10\xa1a\x05\xa3new\xa211\xa5CEA25\xa4sell\xa5limit\xa3day"
        b"\xa570.00\x0a\x00\x0a\xa4open\x33\x01\xa3a-1"
    )


def test_every_field_survives_and_defaults_stay_omitted() -> None:
    assert JSON.encode(decode(encode(NEW))) == JSON.encode(NEW)
    given = {str: "0.01", int: 7, bool: True, type(None): True}
    for field in structs.fields(Execution)[16:]:
        value = given[type(field.default)]
        value = {"liquidity": "taker", "method": "block"}.get(field.name, value)
        changed = structs.replace(NEW, **{field.name: value})
        assert JSON.encode(decode(encode(changed))) == JSON.encode(changed)
