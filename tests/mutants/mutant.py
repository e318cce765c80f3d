"""A mutant: a module of the engine with one change, for the process that wears it."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from .changes import Change, changes


if TYPE_CHECKING:
    from collections.abc import Iterator


class Source(NamedTuple):
    """A module, its file, and its syntax tree, in which changes are made and undone."""

    module: ModuleType
    path: str
    tree: ast.Module

    @classmethod
    def of(cls, name: str) -> Source:
        module = import_module(name)
        path = str(module.__file__)
        return cls(module, path, ast.parse(Path(path).read_text(encoding="utf-8")))

    def mutants(self) -> list[Mutant]:
        """Return all of the module's mutants."""
        return [Mutant(self, change) for change in changes(self.tree)]


class Mutant(NamedTuple):
    """One change of a module."""

    source: Source
    change: Change

    def __str__(self) -> str:
        name = self.source.module.__name__.removeprefix("carbonex.engine.")
        return f"{name.replace('.', '/')}.py:{self.change.line}: {self.change}"

    @property
    def package(self) -> str:
        return self.source.module.__name__.split(".")[2]

    def wear(self) -> None:
        """Change the engine of this process, for good.

        A function keeps its identity and gets other code, so that whoever has
        imported it runs the mutant.
        """
        if self.change.function:
            function = _function(self.source.module, self.change.function)
            code = self._code()
            function.__code__ = code
        else:
            self._set_constant()

    def _code(self) -> CodeType:
        """Return the changed function's code."""
        place, old, new = self.change.place, self.change.old, self.change.new
        place.put(ast.fix_missing_locations(ast.copy_location(new, old)))
        code = compile(self.source.tree, self.source.path, "exec", dont_inherit=True)
        place.put(old)
        for name in self.change.function.split("."):
            code = next(item for item in _codes(code) if item.co_name == name)
        return code

    def _set_constant(self) -> None:
        """Give a number of a module its other value, wherever it was imported."""
        target, new = self.change.place.parent, self.change.new
        assert isinstance(target, ast.AnnAssign)
        assert isinstance(target.target, ast.Name)
        assert isinstance(new, ast.Constant)
        name = target.target.id
        for module in list(sys.modules.values()):
            held = vars(module).get(name)
            if module.__name__.startswith("carbonex.engine") and held is not None:
                vars(module)[name] = new.value


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", found)  # of a property
    found = getattr(found, "__func__", found)  # of a class or static method
    assert isinstance(found, FunctionType)
    return found
