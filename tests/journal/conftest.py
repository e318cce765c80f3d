"""Histories for tests: where one is, an empty one, and what a complete one tells."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import HistoryReader, HistoryStore
from carbonex.journal.history import store as history_module
from journal.histories import contents, put
from journal.samples import VENUE


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from journal.histories import Contents


@pytest.fixture(autouse=True, scope="package")
def _gather_nothing() -> Iterator[None]:
    """Have a history's writer store at once what it is given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "GATHER_S", 0)
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[HistoryStore]:
    with closing(HistoryStore(path, VENUE)) as store:
        yield store


@pytest.fixture
def history(store: HistoryStore, path: Path) -> Iterator[HistoryReader]:
    """What asks ``store``."""
    with HistoryReader(path) as reader:
        yield reader


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What a store that saw everything in one go has."""
    path = tmp_path_factory.mktemp("history") / "history.sqlite"
    with closing(HistoryStore(path, VENUE)) as store:
        put(store)
        return contents(path)
