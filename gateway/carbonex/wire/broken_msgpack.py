"""Where bytes stop being MessagePack, found by a walk of our own.

As ``broken_json``: no words of a decoder, no recursion, and a bound on the work.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .broken import BrokenError, EndError


MAX_STEPS: Final = 500  # of 0.7 µs; 50 simple orders have 450


def problem_of_msgpack(data: bytes) -> str:
    """Return why ``data``, which could not be decoded, is not one MessagePack map.

    Positions are in bytes, from 0. O(len(data)), with at most ``MAX_STEPS`` values.
    """
    form = _FORMS[data[0]] if data else _MAP
    if form.kind not in {"map", ""}:
        return f"it is of type {form.kind}"
    walk = _Walk(data)
    try:
        for _ in range(MAX_STEPS):
            walk.step()
    except BrokenError as broken:
        return str(broken)
    except EndError:
        return f"it ends too early (byte {len(data)})"
    return f"it is broken somewhere behind (byte {walk.at})"


class _Form(NamedTuple):
    """What a value's first byte says of it.

    ``size`` bytes follow, or as many items of an array, or members of a map. Where
    there is a ``width``, the number in the next ``width`` bytes comes on top.
    """

    kind: str
    size: int = 0
    width: int = 0


_MAP: Final = _Form("map")

_FORMS: Final = (
    *[_Form("int")] * 0x80,
    *[_Form("map", size) for size in range(16)],
    *[_Form("array", size) for size in range(16)],
    *[_Form("str", size) for size in range(32)],
    _Form("null"),
    _Form(""),  # no value begins with 0xc1
    *[_Form("bool")] * 2,
    *[_Form("bytes", 0, width) for width in (1, 2, 4)],
    *[_Form("ext", 1, width) for width in (1, 2, 4)],
    *[_Form("float", size) for size in (4, 8)],
    *[_Form("int", size) for size in (1, 2, 4, 8)] * 2,
    *[_Form("ext", 1 + size) for size in (1, 2, 4, 8, 16)],
    *[_Form("str", 0, width) for width in (1, 2, 4)],
    *[_Form("array", 0, width) for width in (2, 4)],
    *[_Form("map", 0, width) for width in (2, 4)],
    *[_Form("int")] * 0x20,
)


class _Walk:
    """A way through a map; ``at`` is the next byte."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._left = [1]  # how many values each map and array still needs

    def step(self) -> None:
        """Take one value; of a map or an array the beginning.

        Raises:
            BrokenError: If it is none that may stand there.
            EndError: If there is no more.

        """
        left = self._left
        while left and not left[-1]:
            left.pop()
        if not left:
            raise self._over()
        begin = self.at
        (first,) = self._take(1)
        kind, size, width = _FORMS[first]
        if not kind:
            raise BrokenError(f"no value begins with {first:#x} (byte {begin})")
        if len(left) == 2 and left[1] % 2 == 0 and kind != "str":
            raise BrokenError("its member names must be strings")
        left[-1] -= 1
        if width:
            size += int.from_bytes(self._take(width))
        if kind == "map":
            left.append(2 * size)
        elif kind == "array":
            left.append(size)
        elif size:
            self._take_content(kind, size)

    def _take_content(self, kind: str, size: int) -> None:
        begin = self.at
        content = self._take(size)
        if kind == "str":
            try:
                content.decode()
            except UnicodeDecodeError as error:
                place = begin + error.start
                problem = f"a text in it is not UTF-8 (byte {place})"
                raise BrokenError(problem) from None

    def _take(self, size: int) -> bytes:
        taken = self._data[self.at : self.at + size]
        if len(taken) < size:
            raise EndError
        self.at += size
        return taken

    def _over(self) -> BrokenError:
        if self.at < len(self._data):
            return BrokenError(f"it goes on after its end (byte {self.at})")
        return BrokenError("it cannot be decoded")
