"""A close code has one name, in one place, and it is WebSocket's."""

from __future__ import annotations

import re
from pathlib import Path

from websockets.frames import CloseCode as Standard

from carbonex.wire import closing
from carbonex.wire.closing import CloseCode
from sources import ROOT


LITERAL = re.compile(r"\b10(?:08|11|13)\b")


def test_names_and_numbers_are_websockets_own() -> None:
    for code in CloseCode:
        assert Standard[code.name].value == code.value


def test_no_other_file_writes_them_as_numbers() -> None:
    written = {
        path.name
        for role in ("gateway", "sdk")
        for path in (ROOT / role).rglob("*.py")
        if path.name != "config.py"  # a setting's reason, for operators
        and LITERAL.search(path.read_text(encoding="utf-8"))
    }
    assert written == {Path(closing.__file__).name}
