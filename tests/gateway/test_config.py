"""venue.toml: every value is typed, and a refusal says where and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.gateway.config import (
    Config,
    ConfigError,
    Listen,
    default_config_text,
    load_config,
    parse_config,
)


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
        ("venue = ", "f: not TOML: Invalid value (at end of document)"),
        ("", "f: Object missing required field `venue`"),
        ('venue = "a b"', "f: venue = 'a b': Expected `str` matching regex"),
        ('venue = "v"\nport = 1', "f: Object contains unknown field `port`"),
        (
            'venue = "v"\n[listen]\nport = 70000',
            "f: listen.port = 70000: Expected `int` <= 65535",
        ),
        (
            'venue = "v"\n[listen]\nprot = 1',
            "f: [listen]: Object contains unknown field `prot`",
        ),
        (
            'venue = "v"\n[limits]\nburst = 49',
            "f: limits.burst = 49: Expected `int` >= 50",
        ),
        (
            'venue = "v"\n[limits]\nburst = "many"',
            "f: limits.burst = 'many': Expected `int`, got `str`",
        ),
        (
            'venue = "v"\n[days]\nmode = "never"',
            "f: days.mode = 'never': Invalid enum value 'never'",
        ),
    ],
)
def test_a_refusal_names_file_key_value_and_reason(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "f")
    assert str(caught.value).startswith(message)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"venue\.toml: cannot be read: .*No such file"
    ):
        load_config(tmp_path / "venue.toml")


def test_a_venue_needs_a_name_that_can_be_one() -> None:
    with pytest.raises(ConfigError, match="venue = 'a b'"):
        default_config_text("a b")
