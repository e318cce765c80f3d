"""Build hook: mypyc compiles the engine and the gateway's hot path for the wheel.

Without a C compiler the wheel is pure Python, and the build says so.
``CARBONEX_ENGINE=pure`` asks for a pure wheel; ``CARBONEX_ENGINE=compiled`` makes the
build fail instead. Editable installs stay pure: a stale library beside the source would
take precedence over the edited file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


ENGINE = Path("engine/carbonex/engine")

# Engine modules that define msgspec Structs stay interpreted: mypyc drops the class
# keywords (frozen, gc, tag), and they determine the encodings. The packages' own
# __init__ modules hold only imports.
INTERPRETED = (
    "commands/auctions.py",
    "commands/blocks.py",
    "commands/log.py",
    "commands/market.py",
    "commands/orders.py",
    "commands/registry.py",
    "commands/sessions.py",
    "events/market.py",
    "events/off_book.py",
    "events/orders.py",
    "events/registry.py",
    "snapshot/images.py",
    "supervision/watch_rows.py",
    "terms.py",
)

# Gateway modules that every order or every frame of market data passes. The others
# wait for files, people and timers, so compilation would not speed them up. None may
# define Structs. None may define NamedTuples that hold classes of these modules
# either, because mypyc requires those classes to be imported first.
HOT = (
    "gateway/feed/board.py",
    "gateway/feed/books.py",
    "gateway/feed/depth.py",
    "gateway/feed/dispatch.py",
    "gateway/feed/executions.py",
    "gateway/feed/record.py",
    "gateway/feed/topic.py",
    "gateway/holds.py",
    "gateway/outbox.py",
    "gateway/server/connections/connection.py",
    "gateway/server/connections/messages.py",
    "gateway/session/identity.py",
    "gateway/session/intake/orders.py",
    "gateway/session/intake/values.py",
    "gateway/session/kinds.py",
    "gateway/session/mistakes.py",
    "gateway/session/pending.py",
    "gateway/session/rendering.py",
    "gateway/session/session.py",
    "gateway/session/throttle.py",
    "gateway/venue.py",
    "wire/codec.py",
    "wire/members.py",
    "wire/order_ids.py",
    "wire/reading.py",
    "wire/speck.py",
    "wire/vocabulary.py",
)

# One library for all modules, so that they call each other directly. The gateway's
# dependencies need not be installed: their types become Any. All our modules are
# named, or mypy would read those of an installed carbonex.
_SETUP = """
import sys
from pathlib import Path
from mypyc.build import mypycify
from setuptools import setup

options = ["--config-file=", "--namespace-packages", "--explicit-package-bases"]
options.append("--ignore-missing-imports")
sources = map(str, sorted(Path("carbonex").rglob("*.py")))
modules = mypycify(
    [*options, *sources],
    only_compile_paths=sys.argv[1:],
    opt_level="3",
    group_name="carbonex",
)
setup(
    name="carbonex",
    packages=[],
    ext_modules=modules,
    script_args=["build_ext", "--inplace"],
)
"""


class CustomBuildHook(BuildHookInterface[Any]):
    """Compiles in a temporary copy and adds the libraries to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is packed, unless it is editable or must be pure."""
        wanted = os.environ.get("CARBONEX_ENGINE", "")
        if wanted not in {"", "compiled", "pure"}:
            raise ValueError(f"CARBONEX_ENGINE={wanted}: it is compiled, pure or unset")
        if self.target_name != "wheel" or version == "editable" or wanted == "pure":
            return
        self._copy = tempfile.mkdtemp(prefix="carbonex-")
        try:
            libraries = compile_modules(Path(self.root), Path(self._copy))
        except (OSError, subprocess.CalledProcessError) as error:
            if wanted == "compiled":
                raise
            self.app.display_warning(f"it stays pure Python: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for library in libraries:
            name = library.relative_to(self._copy)
            build_data["force_include"][str(library)] = str(name)

    def finalize(self, *_: object) -> None:
        """Remove the temporary copy."""
        shutil.rmtree(getattr(self, "_copy", ""), ignore_errors=True)


def modules(root: Path) -> list[Path]:
    """Return the modules to compile, relative to the source roots."""
    engine = root / ENGINE
    return [
        path.relative_to(root / "engine")
        for path in sorted(engine.rglob("*.py"))
        if path.name != "__init__.py"
        and str(path.relative_to(engine)) not in INTERPRETED
    ] + [Path("carbonex", path) for path in HOT]


def compile_modules(root: Path, copy: Path) -> list[Path]:
    """Compile the checkout ``root`` in the folder ``copy``; return the libraries.

    Raises:
        OSError, subprocess.CalledProcessError: If compilation fails here.

    """
    for role in ("engine", "gateway"):
        shutil.copytree(root / role, copy, dirs_exist_ok=True)
    for stale in copy.rglob("*.so"):
        stale.unlink()
    subprocess.run(
        [sys.executable, "-c", _SETUP, *map(str, modules(root))],
        cwd=copy,
        env={**os.environ, "MYPYPATH": str(copy)},
        stdout=sys.stderr,
        check=True,
    )
    shutil.rmtree(copy / "build", ignore_errors=True)
    return sorted(copy.rglob("*.so"))
