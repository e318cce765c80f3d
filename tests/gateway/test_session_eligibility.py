"""The registry sets what vintages cover, and everybody can read it, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import EligibilityRule
from carbonex.wire.codec import JSON, MSGPACK, Codec


if TYPE_CHECKING:
    from gateway.session_house import Client, House


RULE = {
    "vintage_from": 2021,
    "vintage_to": 2024,
    "year_from": 2019,
    "year_to": 2025,
    "until": "2026-12-31",
    "instruments": ["CEA25"],
}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_the_rules_are_set_and_read(house: House, codec: Codec) -> None:
    clerk, stranger = house.trader("house-key", codec), house.connect(codec)
    assert stranger.result("eligibility") == {
        "products": [{"product": "CEA", "rules": []}]
    }
    table = {"product": "CEA", "rules": [RULE, {}]}
    assert clerk.result("set_eligibility", **table) == table
    assert house.exchange.products["CEA"].eligibility == (
        EligibilityRule(2021, 2024, 2019, 2025, 20261231, ("CEA25",)),
        EligibilityRule(),
    )
    assert stranger.result("eligibility", product="CEA") == {"products": [table]}
    clerk.result("set_eligibility", product="CEA", rules=[])
    assert stranger.result("eligibility")["products"][0]["rules"] == []


def test_followers_of_instruments_are_told_what_their_tonnes_cover(
    house: House, clerk: Client
) -> None:
    clerk.result("list_instrument", instrument="CEA20", vintage=2020)
    clerk.result("list_instrument", instrument="CCER", product="CCER")
    follower = house.connect()
    follower.result("subscribe", channel="instrument")

    def told() -> dict[str, Any]:
        frames = [m for m in follower.read() if m.get("channel") == "instrument"]
        return {
            each["instrument"]: each.get("eligibility")
            for frame in frames
            for each in frame["data"]
        }

    rules = [{"vintage_to": 2020, "year_from": 2019}, {"instruments": ["CEA20"]}]
    clerk.result("set_eligibility", product="CEA", rules=rules)
    assert told() == {"CEA25": [], "CEA20": rules}
    clerk.result("set_eligibility", product="CEA", rules=rules)
    assert told() == {}
    clerk.result("set_eligibility", product="CEA", rules=[])
    assert told() == {"CEA25": None, "CEA20": None}


def test_an_unknown_product(clerk: Client) -> None:
    for error in (
        clerk.error("eligibility", product="cea"),
        clerk.error("set_eligibility", product="cea", rules=[]),
    ):
        assert (error["name"], error["param"]) == ("UNKNOWN_PRODUCT", "product")
        assert "there is no product cea" in error["message"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"vintage": 2024}, "a rule of set_eligibility has no member vintage; did you"),
        (
            {"until": "soon"},
            'rules[0].until must be a date such as "2026-12-31", or ""',
        ),
        (
            {"until": "2026-02-29"},
            "rules.until 2026-02-29 must be a day of the calendar",
        ),
        (
            {"instruments": "CEA25"},
            "rules[0].instruments must be a list of at most 32 names of instruments",
        ),
        (
            {"instruments": ["CEA25"] * 33},
            "rules[0].instruments must be a list of at most 32 names of instruments",
        ),
        ({"year_from": "2024"}, "rules[0].year_from must be an integer of 64 bits"),
        ({"vintage_from": 20}, "rules.vintage_from must be at least 1990, not 20"),
        (7, "rules[0] must be an object, not 7"),
    ],
)
def test_a_rule_that_cannot_be(clerk: Client, rule: Any, message: str) -> None:
    error = clerk.error("set_eligibility", product="CEA", rules=[rule])
    assert error["message"].startswith(message)
