"""The small changes that mutants are made of.

A change is made in a module's syntax tree and undone again; nothing is written to a
file. Docstrings, annotations, assertions and default values stay as they are.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterator


_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_NAMES: Final = {
    "min": "max",
    "max": "min",
    "BUY": "SELL",
    "SELL": "BUY",
    "bids": "asks",
    "asks": "bids",
}
_DROPPED: Final = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.Continue)


class Place(NamedTuple):
    """Where a node hangs in its tree: in a field, or at a place of one's list."""

    parent: ast.AST
    field: str
    at: int | None

    def put(self, node: ast.AST) -> None:
        """Hang another node there."""
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


class Change(NamedTuple):
    """One node in place of another.

    ``function`` names what holds it, as ``Class.method``; "" is the module itself.
    Who runs none of the lines from ``line`` to ``end`` cannot notice the change.
    """

    function: str
    line: int
    end: int
    place: Place
    old: ast.AST
    new: ast.AST

    def __str__(self) -> str:
        before, after = _told(self.old), _told(self.new)
        return f"drop {before}" if after == "pass" else f"{before}  =>  {after}"


def changes(tree: ast.Module) -> list[Change]:
    """Return every change that can be made of a module, in the order of its lines."""
    found: list[Change] = []
    for name, function in _functions(tree.body, ""):
        for index, statement in enumerate(function.body):
            if not (index == 0 and _is_docstring(statement)):
                place = Place(function, "body", index)
                found += _of_statement(name, place, statement)
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            found += _of_expression("", node, Place(node, "value", None), node.value)
    return found


def _functions(body: list[ast.stmt], within: str) -> Iterator[tuple[str, Any]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{within}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{within}{node.name}", node


def _of_statement(name: str, place: Place, node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, ast.Assert):
        return
    line, end = node.lineno, node.end_lineno or node.lineno
    if isinstance(node, _DROPPED):
        yield Change(name, line, end, place, node, ast.Pass())
    elif isinstance(node, ast.Break):
        yield Change(name, line, end, place, node, ast.Continue())
    for field, index, child in _children(node):
        below = Place(node, field, index)
        if isinstance(child, ast.stmt):
            yield from _of_statement(name, below, child)
        elif isinstance(child, ast.expr) and field != "annotation":
            head = child if isinstance(node, ast.If | ast.While | ast.For) else node
            yield from _of_expression(name, head, below, child)
            if field == "test" and not _is_flat(child):
                changed = ast.UnaryOp(ast.Not(), child)
                yield _change(name, head, below, child, changed)


def _of_expression(
    name: str, head: ast.stmt | ast.expr, place: Place, node: ast.expr
) -> Iterator[Change]:
    """Yield the changes of an expression; ``head`` is what is run as a whole."""
    for new in _others(node):
        yield _change(name, head, place, node, new)
    for field, index, child in _children(node):
        below = Place(node, field, index)
        if isinstance(child, ast.expr):
            yield from _of_expression(name, head, below, child)
        elif isinstance(child, ast.comprehension | ast.keyword):
            for deeper, number, part in _children(child):
                if isinstance(part, ast.expr):
                    lower = Place(child, deeper, number)
                    yield from _of_expression(name, head, lower, part)


def _change(
    name: str, head: ast.stmt | ast.expr, place: Place, old: ast.expr, new: ast.expr
) -> Change:
    end = head.end_lineno or head.lineno
    return Change(name, head.lineno, end, place, old, new)


def _others(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what may stand in the place of an expression."""
    if isinstance(node, ast.Constant):
        yield from _other_values(node.value)
    elif isinstance(node, ast.BoolOp):
        yield from _other_choices(node.op, node.values)
    elif isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    else:
        yield from _otherwise(node)


def _other_values(value: object) -> Iterator[ast.expr]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(f"{value}x")


def _other_choices(op: ast.boolop, values: list[ast.expr]) -> Iterator[ast.expr]:
    """Yield "and" for "or" and the reverse, one operand fewer, and two exchanged."""
    yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
    for at in range(len(values)):
        rest = [*values[:at], *values[at + 1 :]]
        yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
    if isinstance(op, ast.Or) and len(values) == 2:
        yield ast.BoolOp(op, values[::-1])


def _otherwise(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.Call(func, [first, second, *rest], keywords) if _minds_order(func):
            yield ast.Call(func, [second, first, *rest], keywords)
        case ast.Name(name) if name in _NAMES:
            yield ast.Name(_NAMES[name], node.ctx)
        case ast.Attribute(value, name) if name in _NAMES:
            yield ast.Attribute(value, _NAMES[name], node.ctx)


def _minds_order(function: ast.expr) -> bool:
    return not (isinstance(function, ast.Name) and function.id in ("max", "min"))


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield field, index, item


def _is_flat(test: ast.expr) -> bool:
    """Tell whether a condition's negation is one of its other changes already."""
    single = isinstance(test, ast.Compare) and len(test.ops) == 1
    return single or isinstance(test, ast.UnaryOp)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _told(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 110 else f"{text[:107]}..."
