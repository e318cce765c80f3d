"""What the build hook compiles, and what it must leave interpreted."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import carbonex
from carbonex.engine import COMPILED
from sources import ROOT


if TYPE_CHECKING:
    from types import ModuleType

ENGINE = ROOT / "engine/carbonex/engine"
GATEWAY = ROOT / "gateway/carbonex"

compiled = pytest.mark.skipif(not COMPILED, reason="this carbonex is pure Python")

COMPILER = os.environ.get("CC", "cc")
needs_compiler = pytest.mark.skipif(
    shutil.which(COMPILER) is None, reason="no C compiler is installed"
)

_PURE = {"pure_python": True, "force_include": {}}  # hatchling's initial value

# Imports each module in its own child process; prints the failed ones.
_IMPORT_EACH = """
import importlib, os, sys
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        importlib.import_module(name)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(name)
"""


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


def test_of_the_gateway_too() -> None:
    hook = _hook()
    assert list(hook.HOT) == sorted(set(hook.HOT))
    for name in hook.HOT:
        assert not _structs(GATEWAY / name), name


@compiled
def test_all_is_one_or_the_other() -> None:
    wanted = {str(path.with_suffix("")) for path in _hook().modules(ROOT)}
    libraries = {
        str(Path("carbonex", library.relative_to(folder))).partition(".")[0]
        for folder in carbonex.__path__
        for library in Path(folder).rglob("*.so")
    }
    assert libraries == wanted


@compiled
def test_each_compiled_module_can_be_the_first_to_be_imported() -> None:
    """A class that refers to one not yet imported would crash the process."""
    hook = _hook()
    names = [".".join(path.with_suffix("").parts) for path in hook.modules(ROOT)]
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_EACH, *names], capture_output=True, check=True
    )
    assert done.stdout.decode().split() == []


def test_without_a_compiler_the_wheel_is_pure_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CARBONEX_ENGINE", raising=False)
    assert _built(tmp_path, monkeypatch, "/no/such/compiler") == _PURE
    told = capfd.readouterr().err
    assert "/no/such/compiler" in told
    assert "it stays pure Python" in told


def test_without_a_compiler_there_is_no_wheel_where_it_must_be_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARBONEX_ENGINE", "compiled")
    with pytest.raises(subprocess.CalledProcessError):
        _built(tmp_path, monkeypatch, "/no/such/compiler")


@needs_compiler
def test_with_a_compiler_the_wheel_is_compiled_unless_pure_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARBONEX_ENGINE", "pure")
    assert _built(tmp_path, monkeypatch, COMPILER) == _PURE
    monkeypatch.setenv("CARBONEX_ENGINE", "compiled")
    built = _built(tmp_path, monkeypatch, COMPILER)
    libraries = sorted(built.pop("force_include").values())
    assert [name.partition(".")[0] for name in libraries] == [
        "carbonex/engine/dues",
        "carbonex__mypyc",
    ]
    assert built == {"pure_python": False, "infer_tag": True}


@needs_compiler
def test_an_older_carbonex_that_is_installed_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "installed/carbonex/engine"
    older.mkdir(parents=True)
    # a timers module without the needed names
    for name in ("__init__.py", "py.typed", "timers.py"):
        (older / name).touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    monkeypatch.setenv("CARBONEX_ENGINE", "compiled")
    assert not _built(tmp_path, monkeypatch, COMPILER)["pure_python"]


def _built(
    directory: Path, monkeypatch: pytest.MonkeyPatch, compiler: str
) -> dict[str, Any]:
    """Let the hook compile one engine module; return what it tells hatchling."""
    hook = _hook()
    app = pytest.importorskip("hatchling.bridge.app").Application()
    checkout = directory / "checkout"
    shutil.copytree(ROOT / "engine", checkout / "engine", dirs_exist_ok=True)
    (checkout / "gateway").mkdir(exist_ok=True)
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setattr(hook, "modules", lambda _: [Path("carbonex/engine/dues.py")])
    build = hook.CustomBuildHook(str(checkout), {}, None, None, "", "wheel", app)
    told: dict[str, Any] = {"pure_python": True, "force_include": {}}
    try:
        build.initialize("standard", told)
    finally:
        build.finalize()
    return told


def _structs(path: Path) -> bool:
    classes = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    return any("Struct" in ast.unparse(base) for node in classes for base in node.bases)
