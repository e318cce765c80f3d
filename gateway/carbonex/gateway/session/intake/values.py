"""Convert members to numbers, and refuse invalid ones."""

from __future__ import annotations

from typing import NoReturn

from carbonex.gateway.session.refusal import Refused, refuse_value
from carbonex.wire.answers import Error
from carbonex.wire.errors import Code
from carbonex.wire.money import parse_fen


def fen(param: str, text: str) -> int:
    try:
        return parse_fen(text)
    except ValueError as problem:
        code = Code.BAD_TYPE
        raise Refused(Error(code, code.name, f"{param} {problem}", param)) from None


def bad(param: str, expected: str, text: str) -> NoReturn:
    refuse_value(param, expected, f'"{text[:40]}"')
