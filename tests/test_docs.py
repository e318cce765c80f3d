"""Check that the things the documents refer to exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from carbonex.engine import OpenAccount, Reason
from carbonex.gateway import config
from carbonex.gateway.config import Limits
from carbonex.gateway.market import file
from carbonex.gateway.market.file import MarketTable
from carbonex.gateway.session.methods import METHODS
from carbonex.wire import answers, channels, requests
from carbonex.wire.requests.terms import Terms


ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
RULES = (ROOT / "docs/rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    """Paths are relative to the root; tests may be given by file name alone."""
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|engine|gateway|sdk)/[\w/]+\.py)", text)
    assert [path for path in named if not (ROOT / path).is_file()] == []
    tests = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_\w+\.py)`", text)) <= tests


def test_the_rules_name_a_test_for_most_of_them() -> None:
    assert len(re.findall(r"`(tests/[\w/]+\.py)`", RULES)) > 20


def test_the_rules_name_methods_that_exist() -> None:
    table = RULES.partition("## Rule, parameter, command, test")[2]
    commands = [row.split("|")[3] for row in table.splitlines() if row.startswith("| ")]
    named = {name for cell in commands for name in re.findall(r"`(\w+)`", cell)}
    assert named - {"alerts", "listings", "premium"} <= set(METHODS)


def test_the_rules_name_parameters_that_exist() -> None:
    """Check instrument and account parameters; market file keys are tested below."""
    table = RULES.partition("## Rule, parameter, command, test")[2]
    cells = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    named = {
        name
        for cell in cells
        if "market file" not in cell
        for name in re.findall(r"`([\w.*]+)`", cell)
    }
    terms = {field.name for field in msgspec.structs.fields(OpenAccount)}
    for field in msgspec.structs.fields(Terms):
        terms.add(field.name)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            members = [member.name for member in msgspec.structs.fields(field.type)]
            terms.update(f"{field.name}.{member}" for member in [*members, "*"])
    assert len(named) > 20
    assert named <= terms


def test_the_rules_name_keys_of_a_market_file_that_exist() -> None:
    table = RULES.partition("## Rule, parameter, command, test")[2]
    cells = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    named = {
        name
        for cell in cells
        if "market file" in cell
        for name in re.findall(r"`\[*(\w+)\]*`", cell)
    }
    assert {"calendar", "begin"} <= named
    assert named <= {field.name for field in msgspec.structs.fields(MarketTable)}


def test_every_name_with_an_underscore_is_one_of_the_api_or_of_a_market_file() -> None:
    """Check terms, limits, methods, members and values, in tables and sentences."""
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", RULES))
    known = {*METHODS}
    for module in (requests, channels, answers, config, file):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, msgspec.Struct):
                known.update(thing.__struct_fields__)
            known.update(name for name in get_args(thing) if isinstance(name, str))
    known.update(field.name for field in msgspec.structs.fields(OpenAccount))
    assert len(named) > 40
    assert named - known == set()


def test_the_rules_list_the_reasons_in_their_order() -> None:
    listed = RULES.partition("## Why an order is refused")[2].partition("\nA repeated")[
        0
    ]
    names = re.findall(r"`([A-Z_]+)`", listed)
    order = list(Reason.__members__)
    assert names == sorted(names, key=order.index)
    assert {reason.name for reason in Reason if reason // 1000 == 3} <= set(names)


SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def test_the_threat_model_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+\.py)`", SECURITY))
    there = {path.name for path in (ROOT / "tests/gateway").glob("test_*.py")}
    assert len(named) > 10
    assert named - there == set()


def test_the_threat_model_names_settings_and_their_values() -> None:
    table = SECURITY.partition("## What a stranger can cost")[2]
    rows = [row.split("|")[1:-1] for row in table.splitlines() if row.startswith("| ")]
    settings = {field.name for field in msgspec.structs.fields(Limits)}
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[-1])}
    assert len(named) > 8
    assert named <= settings
    said = " ".join(row[1] for row in rows)
    for name in ("connections", "connections_per_address", "handshake_burst", "burst"):
        assert f"{getattr(Limits(), name):,}" in said
