"""Sound requests of every method, made from the wire's own structs.

The structs are read by introspection: a new method, or a new member of one, is
tried from the day it exists. What a type alone does not tell (that a name may be
one of an instrument that is there) is in ``POOLS``, by the member's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import inspect

from carbonex.wire.patterns import whole
from carbonex.wire.reading import PARAMS
from stranger import public_text


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random


Tree = dict[str, Any]

# Values that are meant to reach something. None of them names what the honest
# client needs: an operator's request that is sound is carried out.
POOLS: Final[Mapping[str, Sequence[Any]]] = {
    "instrument": ("FUZZ-1", "FUZZ-2", "FUZZ-3", "NONE", "CEA"),
    "account": (
        "",
        "",
        "",
        "fuzz-1",
        "fuzz-2",
        "fuzz-3",
        "new-1",
        "new-2",
        "venue fees",
    ),
    "to_account": ("fuzz-1", "fuzz-2", "new-1"),
    "participant": ("fuzz-1", "fuzz-2", "newcomer", "nobody"),
    "counterparty": ("fuzz-1", "fuzz-2", "newcomer", "nobody"),
    "key_id": ("some-key", "new-key", "none"),
    "signature": ("A" * 86, "", "!"),
    "public_key": (public_text("new-key"), "A" * 43, "A" * 42 + "E", "AAAA"),
    "price": ("74.63", "70.00", "80.00", "9.99", "0.01", ""),
    "stop_price": ("", "", "", "75.00", "70.00"),
    "reserve": ("70.00", "0.01"),
    "amount": ("1.00", "1000000.00", "0.01"),
    "reference": ("0.00", "74.63"),
    "tick": ("0.01", "0.05"),
    "client_order_id": ("", "a-1", "a-2", "a-3"),
    "client_ref": ("r-1", "r-2", "r-3", "r-4"),
    "quantity": (1, 2, 5, 10, 100),
    "display_quantity": (0, 0, 0, 1, 5),
    "product": ("CEA", "CCER"),
    "max_client_ids": (10, 100),
    "max_open_orders": (10, 100),
    "year": (2024, 2025),
}
# By pattern, because a string that fits one is not found by drawing letters.
PATTERNS: Final[Mapping[str, Sequence[str]]] = {
    whole("[1-9][0-9]{0,17}"): ("1", "2", "77", "4096", "9" * 18),
    whole("|[1-9][0-9]{0,17}"): ("", "1", "2", "77", "9" * 18),
    whole("[0-9]{4}-[0-9]{2}-[0-9]{2}"): ("2026-11-24", "2025-02-29", "0000-00-00"),
    whole("|[0-9]{4}-[0-9]{2}-[0-9]{2}"): ("", "2026-11-24", "9999-12-31"),
    whole("([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00"): ("09:30", "24:00"),
}
NUMBERS: Final = (0, 1, 2, 50, 1000, 2**31, 2**53)

METHODS: Final = sorted(PARAMS)
STRUCTS: Final = {
    method: inspect.type_info(params) for method, params in PARAMS.items()
}


def request(draw: Random, method: str, req_id: int) -> Tree:
    """Return a request of ``method`` that its reader accepts."""
    info = STRUCTS[method]
    assert isinstance(info, inspect.StructType)
    return {"method": method, "params": struct(draw, info), "req_id": req_id}


def struct(draw: Random, info: inspect.StructType) -> Tree:
    """Return its required members, and the others now and then."""
    return {
        field.encode_name: value(draw, field.type, field.encode_name)
        for field in info.fields
        if field.required or draw.random() < 0.3
    }


def value(draw: Random, info: inspect.Type, name: str = "") -> Any:
    """Return a value of that type, out of the pool of the member ``name`` if any."""
    if isinstance(info, inspect.StructType):
        return struct(draw, info)
    if isinstance(info, inspect.LiteralType):
        return draw.choice(info.values)
    if isinstance(info, inspect.UnionType):
        return value(draw, draw.choice(info.types), name)
    if isinstance(info, inspect.NoneType):
        return None
    if isinstance(info, inspect.BoolType):
        return draw.random() < 0.5
    if isinstance(info, inspect.TupleType):
        return [value(draw, item, name) for item in info.item_types]
    if isinstance(info, inspect.ListType | inspect.VarTupleType):
        return _items(draw, info, name)
    return _scalar(draw, info, name)


def literals(info: inspect.StructType) -> list[str]:
    """Return the members of ``info`` that take one word of a list."""
    return [
        field.encode_name
        for field in info.fields
        if isinstance(field.type, inspect.LiteralType)
    ]


def _items(
    draw: Random, info: inspect.ListType | inspect.VarTupleType, name: str
) -> list[Any]:
    most = min(info.max_length or 3, 3)
    count = draw.randint(min(info.min_length or 0, most), most)
    return [value(draw, info.item_type, name) for _ in range(count)]


def _scalar(draw: Random, info: inspect.Type, name: str) -> Any:
    pool = POOLS.get(name)
    if isinstance(info, inspect.IntType):
        low, high = info.ge or 0, info.le or 0
        return draw.choice(pool or [n for n in NUMBERS if low <= n <= high])
    assert isinstance(info, inspect.StrType), (name, info)
    if info.pattern:
        return draw.choice(PATTERNS[info.pattern])
    fitting = [
        text for text in pool or ("", "x") if len(text) >= (info.min_length or 0)
    ]
    return draw.choice(fitting)
