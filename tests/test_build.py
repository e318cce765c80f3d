"""What the build hook compiles of the engine, and what it must not."""

from __future__ import annotations

import ast
import importlib.util
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import COMPILED
from sources import ROOT


if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

ENGINE = ROOT / "engine/carbonex/engine"


def _hook() -> ModuleType:
    pytest.importorskip("hatchling", reason="the build hook is hatchling's")
    spec = importlib.util.spec_from_file_location(
        "hatch_build", ROOT / "hatch_build.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_modules_with_structs_are_never_compiled() -> None:
    with_structs = {
        str(path.relative_to(ENGINE)) for path in ENGINE.rglob("*.py") if _structs(path)
    }
    assert set(_hook().INTERPRETED) == with_structs


def test_all_of_the_engine_is_one_or_the_other() -> None:
    if not COMPILED:
        pytest.skip("the engine under test is pure Python")
    hook = _hook()
    for path in hook.modules(ROOT):
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        assert str(module.__file__).endswith(".so"), path


def _structs(path: Path) -> bool:
    classes = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    return any("Struct" in ast.unparse(base) for node in classes for base in node.bases)
