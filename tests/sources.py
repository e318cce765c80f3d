"""The location of the tested carbonex: this checkout, or an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

import carbonex.engine
import carbonex.gateway
import carbonex.sdk


ROOT = Path(__file__).parents[1]  # of this checkout

# The PYTHONPATH with which other processes find it, too.
SOURCES = os.pathsep.join(
    dict.fromkeys(
        str(Path(package.__path__[0]).parents[1])
        for package in (carbonex.engine, carbonex.gateway, carbonex.sdk)
    )
)
# The same, plus the modules that tests share.
WITH_TESTS = os.pathsep.join([SOURCES, str(ROOT / "tests")])
