"""The structure of the repository itself."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from statistics import median, quantiles


ROOT = Path(__file__).parents[1]
SOURCES = ("engine", "gateway", "sdk")
PYTHON = sorted(
    path
    for folder in (*SOURCES, "tests", "benchmarks", "examples")
    for path in (ROOT / folder).rglob("*.py")
)
PACKAGES = sorted(
    path.parent
    for folder in SOURCES
    for path in (ROOT / folder / "carbonex").glob("*/__init__.py")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

MAX_LINES = 600  # limit per file: code that must be read together stays together
MAX_FUNCTION = 87
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bbreakpoint\(|(?<!\.\./)shared/")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(_tree(path)) if isinstance(node, kinds)]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of a function's body, without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None and len(body) > 1:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_carbonex_stays_a_namespace_package() -> None:
    assert not list(ROOT.glob("*/carbonex/__init__.py"))


def test_every_package_is_typed_and_has_tests() -> None:
    for package in PACKAGES:
        assert (package / "py.typed").is_file()
        assert list((ROOT / "tests" / package.name).glob("test_*.py"))


def test_every_folder_of_tests_has_a_package_beside_it() -> None:
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    beside = {
        "benchmarks",
        "crash",
        "golden",
        "hostile",
        "mutants",
        "simulation",
    }  # tests that need more than one package
    assert folders <= {package.name for package in PACKAGES} | beside


def test_a_file_is_a_room() -> None:
    """A file has one subject, named by its docstring, and a limited size."""
    texts = {_name(path): path.read_text(encoding="utf-8") for path in PYTHON}
    long = {name for name, text in texts.items() if len(text.splitlines()) > MAX_LINES}
    nameless = {
        path
        for path in PYTHON
        if texts[_name(path)] and not ast.get_docstring(_tree(path))
    }
    assert (long, nameless) == (set(), set())


def test_nothing_is_left_over() -> None:
    """This file alone names the words that it looks for."""
    found = {
        _name(path): LEFTOVERS.findall(path.read_text(encoding="utf-8"))
        for path in PYTHON
        if path != Path(__file__)
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_functions_fit_a_screen() -> None:
    paths = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in SOURCES]
    lengths = [_length(function) for path in paths for function in _functions(path)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 30  # 90 per cent of all functions
    assert max(lengths) <= MAX_FUNCTION


def test_the_engine_knows_whole_numbers_only() -> None:
    for path in (path for path in PYTHON if path.is_relative_to(ROOT / "engine")):
        for node in ast.walk(_tree(path)):
            name = f"{_name(path)}:{getattr(node, 'lineno', 0)}"
            assert not isinstance(node, ast.Div), name
            assert not isinstance(getattr(node, "value", None), float), name
            assert getattr(node, "id", None) not in {"float", "round"}, name


def test_links_lead_somewhere() -> None:
    links = {
        (_name(page), link)
        for page in PAGES
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in link and "mailto:" not in link
    }
    assert {(page, to) for page, to in links if not _beside(page, to).exists()} == set()


def _beside(page: str, link: str) -> Path:
    return (ROOT / page).parent / link


def test_the_lock_names_all_that_the_project_requires() -> None:
    """Check each extra and the build requirements: pinned, with hashes."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = [
        *data["build-system"]["requires"],
        *data["project"]["dependencies"],
        *(
            requirement
            for extra in data["project"]["optional-dependencies"].values()
            for requirement in extra
        ),
    ]
    wanted = {re.split(r"[\[>=<~! ]", requirement)[0] for requirement in required}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"(?m)^([\w.-]+)==\S+.* \\\n    --hash=sha256:", lock)
    assert wanted - {"carbonex"} <= set(locked)
    assert {"pip", "editables"} <= set(locked)
