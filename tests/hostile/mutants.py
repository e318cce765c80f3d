"""Requests with something wrong: one kind of wrong at a time, and counted by kind.

A mutant is made from a sound request by replacing one node with bytes of the
encoding that no sound encoder writes (``msgspec.Raw`` puts them in verbatim), or
by breaking the encoded message. Each is a function of its ``Random`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from carbonex.wire.codec import JSON, Codec

from . import valid


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from .valid import Tree


Node = tuple[Any, Any]  # a container, and the key of one of its values

# What takes another's place: one of each type.
OTHERS: Final[tuple[Any, ...]] = (None, True, -1, 0.5, "x", "", [], ["x"], {}, {"a": 1})


class Mutant(NamedTuple):
    """One message, and what was done to it."""

    kind: str
    data: bytes


def nodes(tree: Tree) -> list[Node]:
    """Return every place within ``tree`` where there is a value."""
    found: list[Node] = []
    todo: list[Any] = [tree]
    while todo:
        holder = todo.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                todo.append(holder[key])
    return found


def maps(tree: Tree) -> list[Tree]:
    """Return every object within ``tree``, and itself."""
    return [tree, *(h[k] for h, k in nodes(tree) if isinstance(h[k], dict))]


def replaced(draw: Random, codec: Codec, tree: Tree, new: object) -> Mutant:
    """Return ``tree`` with ``new`` in one place; bytes are put in as they are."""
    holder, key = draw.choice(nodes(tree))
    holder[key] = msgspec.Raw(new) if isinstance(new, bytes) else new
    return Mutant("", codec.encode(tree))


def wrong_type(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    return replaced(draw, codec, tree, draw.choice(OTHERS))


def missing(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    holder = draw.choice([m for m in maps(tree) if m])
    key = draw.choice(list(holder))
    del holder[key]
    return Mutant("", codec.encode(tree))


def unknown(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    holder = draw.choice(maps(tree))
    name = draw.choice(("prise", "Method", "", "价", "__class__", "x" * 5000, "side "))
    holder[name] = draw.choice(OTHERS)
    return Mutant("", codec.encode(tree))


def doubled(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """Name one member twice, in one object or another."""
    places = [(h, k) for h, k in nodes(tree) if isinstance(h[k], dict) and h[k]]
    holder, key = draw.choice([*places, (None, None)])
    inner = tree if holder is None else holder[key]
    name = draw.choice(list(inner))
    value = draw.choice((inner[name], *OTHERS))
    raw = _with_one_more(codec, inner, name, value)
    if holder is None:
        return Mutant("", raw)
    holder[key] = msgspec.Raw(raw)
    return Mutant("", codec.encode(tree))


def huge_number(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    return replaced(draw, codec, tree, draw.choice(_HUGE[codec.name]))


def not_a_number(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    return replaced(draw, codec, tree, draw.choice(_NAN[codec.name]))


def surrogate(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    return replaced(draw, codec, tree, draw.choice(_SURROGATES[codec.name]))


def foreign(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """What only a dialect of JSON has, or a type that the API does not use."""
    return replaced(draw, codec, tree, draw.choice(_FOREIGN[codec.name]))


def deep(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    depth = int(2 ** draw.uniform(1, 14))
    opening, inside, closing = draw.choice(_NESTS[codec.name])
    return replaced(draw, codec, tree, opening * depth + inside + closing * depth)


def number_as_string(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """Put quotes around a number, or take them away."""
    holder, key = draw.choice([*nodes(tree["params"]), (tree, "req_id")])
    old = holder[key]
    holder[key] = draw.choice((7463, 74.63)) if isinstance(old, str) else str(old)
    return Mutant("", codec.encode(tree))


def wrong_word(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """Change a word that must be one of a list; the method is one, too."""
    info = valid.STRUCTS[tree["method"]]
    assert isinstance(info, msgspec.inspect.StructType)
    name = draw.choice(["method", *valid.literals(info)])
    holder = tree if name == "method" else tree["params"]
    word = str(holder.get(name, "buy"))
    words = (word.upper(), word[:-1], word + " ", word + "\0", "", "x" * 2000)
    holder[name] = draw.choice(words)
    return Mutant("", codec.encode(tree))


def out_of_range(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """Give a number, text or list of the right type and of no size that is allowed."""
    holder, key = draw.choice(nodes(tree["params"]) or [(tree, "req_id")])
    old = holder[key]
    if isinstance(old, list):
        holder[key] = old * draw.choice((0, 51, 500))
    elif isinstance(old, str):
        texts = ("", "x" * 37, "x" * 10_000, "0", "9" * 19, "价" * 40, "-1", "1" * 18)
        holder[key] = draw.choice(texts)
    else:
        holder[key] = draw.choice((-1, 0, -(2**63), 2**63 - 1, 2**53 + 1))
    return Mutant("", codec.encode(tree))


def truncated(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    data = codec.encode(tree)
    return Mutant("", data[: draw.randrange(len(data))])


def noise(draw: Random, codec: Codec, tree: Tree) -> Mutant:
    """Change some bytes, or send nothing but noise."""
    if draw.random() < 0.2:
        data = bytearray(draw.randbytes(draw.randint(0, 300)))
    else:
        data = bytearray(codec.encode(tree))
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at : at + draw.randint(0, 2)] = draw.randbytes(draw.randint(0, 2))
            data = data or bytearray(1)
    if not codec.binary:  # what is not UTF-8 is a frame's fault: see frames
        return Mutant("", bytes(data).decode("utf-8", "replace").encode())
    return Mutant("", bytes(data))


def _with_one_more(codec: Codec, members: Tree, name: str, value: object) -> bytes:
    """Return ``members`` encoded, and behind them one that may be there already."""
    pairs = [*members.items(), (name, value)]
    if codec is JSON:
        return b"{%s}" % b",".join(
            codec.encode(key) + b":" + codec.encode(value) for key, value in pairs
        )
    return (b"\xde" + len(pairs).to_bytes(2)) + b"".join(
        codec.encode(key) + codec.encode(value) for key, value in pairs
    )


_HUGE: Final[Mapping[str, tuple[bytes, ...]]] = {
    "json": (
        *(b"1" + b"0" * 30, b"-9223372036854775809", b"18446744073709551616"),
        *(b"1e400", b"-1e400", b"1e-400", b"0.1e1", b"1" * 5000, b"1e999999999999"),
    ),
    "msgpack": (
        b"\xcf" + b"\xff" * 8,
        b"\xd3\x80" + b"\0" * 7,
        b"\xcb\x7f\xef" + b"\xff" * 6,
    ),
}
_NAN: Final[Mapping[str, tuple[bytes, ...]]] = {
    "json": (b"NaN", b"Infinity", b"-Infinity", b"nan", b"-NaN"),
    "msgpack": (
        b"\xcb\x7f\xf8" + b"\0" * 6,
        b"\xcb\x7f\xf0" + b"\0" * 6,
        b"\xcb\xff\xf0" + b"\0" * 6,
        b"\xca\x7f\xc0\0\0",
    ),
}
_SURROGATES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "json": (rb'"\ud800"', rb'"\udfff\ud800"', rb'"\ud83d\ude00"', rb'"\u0000"'),
    "msgpack": (b"\xa3\xed\xa0\x80", b"\xa1\xff", b"\xa2\xc0\x80", b"\xa1\0"),
}
_FOREIGN: Final[Mapping[str, tuple[bytes, ...]]] = {
    "json": (
        *(b"'x'", b"x", b"0x10", b"01", b"+1", b".5", b"1.", b"[1,]", b'{"a":1,}'),
        *(b"/**/1", b"1//", b"1}{", b"None", b"True", b"\\u0031", b'"\n"', b""),
    ),
    "msgpack": (
        *(b"\xc1", b"\xd4\x00\x00", b"\xd6\xff\0\0\0\0", b"\xd7\xff" + b"\xff" * 8),
        *(b"\xc7\x0c\xff" + b"\xff" * 12, b"\xc9\xff\xff\xff\xff\x01", b"\xc4\x01x"),
        *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"),
        *(b"\x81\x01\x02", b"\x81\xc0\xc0", b"\x81\x90\x90", b"\xc6\0\0\0\x01x", b""),
    ),
}
_NESTS: Final[Mapping[str, tuple[tuple[bytes, bytes, bytes], ...]]] = {
    "json": (
        (b"[", b"", b"]"),
        (b'{"a":', b"1", b"}"),
        (b"[", b"", b""),
        (b'{"":', b"", b""),
    ),
    "msgpack": (
        (b"\x91", b"\x90", b""),
        (b"\x81\xa1a", b"\x80", b""),
        (b"\x91", b"", b""),
    ),
}

MUTATIONS: Final[Mapping[str, Callable[[Random, Codec, Tree], Mutant]]] = {
    function.__name__: function
    for function in (
        *(wrong_type, missing, unknown, doubled, huge_number, not_a_number),
        *(surrogate, foreign, deep, number_as_string, wrong_word, out_of_range),
        *(truncated, noise),
    )
}


def mutant(draw: Random, codec: Codec, methods: Sequence[str], req_id: int) -> Mutant:
    """Return one message: a sound one now and then, else one of ``MUTATIONS``."""
    tree = valid.request(draw, draw.choice(methods), req_id)
    if draw.random() < 0.25:
        return Mutant("valid", codec.encode(tree))
    kind = draw.choice(_KINDS)
    return MUTATIONS[kind](draw, codec, tree)._replace(kind=kind)


_KINDS: Final = tuple(MUTATIONS)
