"""Where the tested carbonex is: in this checkout, or installed from a wheel."""

from __future__ import annotations

import os
from pathlib import Path

import carbonex.engine
import carbonex.gateway
import carbonex.sdk


ROOT = Path(__file__).parents[1]  # of this checkout

# What finds it in other processes, too, as PYTHONPATH.
SOURCES = os.pathsep.join(
    dict.fromkeys(
        str(Path(package.__path__[0]).parents[1])
        for package in (carbonex.engine, carbonex.gateway, carbonex.sdk)
    )
)
# The same, and the modules that tests share.
WITH_TESTS = os.pathsep.join([SOURCES, str(ROOT / "tests")])
