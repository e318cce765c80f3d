"""Members that become numbers, and how they are refused."""

from __future__ import annotations

from typing import Final, NoReturn

from carbonex.gateway.session.refusal import Refused
from carbonex.wire.answers import Error
from carbonex.wire.errors import Code, error
from carbonex.wire.money import parse_fen


NS_PER_US: Final = 1_000
NS_PER_SECOND: Final = 1_000_000_000


def fen(param: str, text: str) -> int:
    try:
        return parse_fen(text)
    except ValueError as problem:
        code = Code.BAD_TYPE
        raise Refused(Error(code, code.name, f"{param} {problem}", param)) from None


def bad(param: str, expected: str, text: str) -> NoReturn:
    given = f'"{text[:40]}"'
    raise Refused(
        error(Code.BAD_TYPE, param, member=param, wanted=expected, given=given)
    )


def missing(method: str, param: str, reason: str) -> NoReturn:
    raise Refused(
        error(Code.MISSING_MEMBER, param, owner=method, member=param, wanted=reason)
    )
