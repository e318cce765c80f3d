"""Where a text stops being JSON, found by a walk of our own.

What a decoder says of a broken text is for people: its next release words it
differently, and the position may not be in it. The walk goes from token to token
without recursion, and not beyond ``MAX_CHARACTERS`` and ``MAX_STEPS``: a text that is
broken must not cost much more than one that is good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .broken import BrokenError, EndError


if TYPE_CHECKING:
    from collections.abc import Callable


MAX_CHARACTERS: Final = 16_384  # 50 orders of 320 each
MAX_STEPS: Final = 150  # of 2 µs; simple orders of a batch are one step together


def problem_of_json(text: str) -> str:
    """Return why ``text``, which could not be decoded, is not one JSON object.

    Positions are in bytes of UTF-8, from 0. O(``MAX_CHARACTERS``): half a millisecond.
    """
    begin = text[:MAX_CHARACTERS]
    found = _TYPE.match(begin)
    if found:
        return f"it is of type {found.lastgroup}"
    walk = _Walk(begin)
    try:
        for _ in range(MAX_STEPS):
            walk.step()
    except BrokenError as broken:
        return str(broken)
    except EndError:
        if len(begin) == len(text):
            return f"it ends too early (byte {_bytes(text)})"
    return walk.placed("it is broken somewhere behind")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_SPACE: Final = r"[ \t\n\r]*+"
_HEX: Final = "[0-9a-fA-F]"
_HIGH: Final = rf"\\u[dD][89abAB]{_HEX}{{2}}"
_INTEGER: Final = r"-?(?:0|[1-9][0-9]*+)"

_TYPE: Final = re.compile(
    rf'{_SPACE}(?:(?P<array>\[)|(?P<str>")|(?P<number>-?[0-9])'
    r"|(?P<bool>(?:true|false)\b)|(?P<null>null\b))"
)
_GAP: Final = re.compile(_SPACE)
_SCALAR: Final = rf"(?:{_INTEGER}(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|true|false|null)"
_A_SCALAR: Final = re.compile(_SCALAR)
_UNFINISHED_SCALAR: Final = re.compile(
    rf"(?:-|{_INTEGER}(?:\.|(?:\.[0-9]++)?+[eE][+-]?)"
    r"|t|tr|tru|f|fa|fal|fals|n|nu|nul)\Z"
)
_PLAIN: Final = r'[^"\\\x00-\x1f\ud800-\udfff]'
# The good part of a text, up to its closing quote.
_TEXT: Final = re.compile(
    rf'"(?:{_PLAIN}++'
    r'|\\["\\/bfnrt]'
    rf"|\\u(?![dD][89a-fA-F]){_HEX}{{4}}"
    rf"|{_HIGH}\\u[dD][c-fC-F]{_HEX}{{2}})*+"
)
_UNFINISHED_ESCAPE: Final = re.compile(
    rf"(?:{_HIGH})?\\(?:u{_HEX}{{0,3}})?\Z|{_HIGH}\Z"
)
_HALF_OF_A_PAIR: Final = re.compile(rf"\\u[dD][89a-fA-F]{_HEX}{{2}}")

# As many simple members, or items, as stand in a row: they are one step.
_SIMPLE: Final = rf'(?:"{_PLAIN}*+"|{_SCALAR}){_SPACE}'
_MEMBER: Final = rf'"{_PLAIN}*+"{_SPACE}:{_SPACE}{_SIMPLE}'
_OBJECT: Final = rf"\{{{_SPACE}{_MEMBER}(?:,{_SPACE}{_MEMBER})*+\}}{_SPACE}"
_MEMBERS: Final = re.compile(rf"(?:{_MEMBER},{_SPACE})*+")
_ITEMS: Final = re.compile(rf"(?:(?:{_SIMPLE}|{_OBJECT}),{_SPACE})*+")


class _Walk:
    """A way through a JSON object; ``at`` is the next character."""

    def __init__(self, text: str) -> None:
        self.at = 0
        self._text = text
        self._ends: list[str] = []  # what closes the objects and arrays around
        self._expect: Callable[[str], None] = self._begin

    def step(self) -> None:
        """Take one token.

        Raises:
            BrokenError: If it is none that may stand there.
            EndError: If there is no more.

        """
        self._skip(_GAP)
        if self.at == len(self._text) and self._expect != self._nothing:
            raise EndError
        self._expect(self._text[self.at : self.at + 1])

    def placed(self, problem: str) -> str:
        """Return ``problem`` with the position at which the walk stands."""
        return f"{problem} (byte {_bytes(self._text[: self.at])})"

    def _begin(self, char: str) -> None:
        if char != "{":
            raise self._broken(f"it begins with {char!a}, not with {{")
        self._value(char)

    def _value(self, char: str) -> None:
        if char == "{":
            self._open("}", self._first_name)
        elif char == "[":
            self._open("]", self._first_item)
        else:
            if char == '"':
                self._take_text()
            else:
                self._take_scalar(char)
            self._expect = self._comma_or_end

    def _open(self, end: str, expect: Callable[[str], None]) -> None:
        self._ends.append(end)
        self._expect = expect
        self._take_simple()

    def _take_simple(self) -> None:
        """Take a brace or comma, and all simple members or items behind it."""
        self.at += 1
        self._skip(_GAP)
        begin, is_object = self.at, self._ends[-1] == "}"
        self._skip(_MEMBERS if is_object else _ITEMS)
        if self.at > begin:
            self._expect = self._name if is_object else self._item

    def _close(self) -> None:
        self.at += 1
        self._ends.pop()
        self._expect = self._comma_or_end if self._ends else self._nothing

    def _first_name(self, char: str) -> None:
        if char == "}":
            self._close()
        else:
            self._name(char)

    def _name(self, char: str) -> None:
        if char == "}":
            raise self._broken("a comma must not stand before }")
        if char != '"':
            raise self._broken("a member's name must be in double quotes")
        self._take_text()
        self._expect = self._colon

    def _colon(self, char: str) -> None:
        if char != ":":
            raise self._broken("a colon must follow a member's name")
        self.at += 1
        self._expect = self._value

    def _first_item(self, char: str) -> None:
        if char == "]":
            self._close()
        else:
            self._value(char)

    def _item(self, char: str) -> None:
        if char == "]":
            raise self._broken("a comma must not stand before ]")
        self._value(char)

    def _comma_or_end(self, char: str) -> None:
        end = self._ends[-1]
        if char == end:
            self._close()
        elif char == ",":
            self._expect = self._name if end == "}" else self._item
            self._take_simple()
        else:
            raise self._broken(f"a comma or {end} must follow a value")

    def _nothing(self, char: str) -> None:
        if char:
            raise self._broken("it goes on after its end")
        raise BrokenError("it cannot be decoded")

    def _take_scalar(self, char: str) -> None:
        if _UNFINISHED_SCALAR.match(self._text, self.at):
            raise EndError
        if not self._skip(_A_SCALAR):
            raise self._broken(f"no value begins with {char!a}")

    def _take_text(self) -> None:
        self._skip(_TEXT)
        text, at = self._text, self.at
        if at == len(text) or _UNFINISHED_ESCAPE.match(text, at):
            raise EndError
        if text[at] == '"':
            self.at += 1
        elif _HALF_OF_A_PAIR.match(text, at):
            raise BrokenError("a \\u escape in it names half of a surrogate pair")
        elif text[at] == "\\":
            raise self._broken("a text in it holds an escape that JSON lacks")
        elif text[at] < " ":
            raise self._broken("a text in it holds a bare control character")
        else:
            raise self._broken("a text in it is not UTF-8")

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Go past ``pattern`` where it stands next; tell whether it does."""
        found = pattern.match(self._text, self.at)
        if found:
            self.at = found.end()
        return found is not None

    def _broken(self, problem: str) -> BrokenError:
        return BrokenError(self.placed(problem))
