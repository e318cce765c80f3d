"""Two followers at once: the one that was killed late, and the one that came early."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import HistoryStore
from journal.histories import DONE, contents, put
from journal.samples import VENUE


if TYPE_CHECKING:
    from pathlib import Path

    from journal.histories import Contents


@pytest.mark.parametrize("ahead", range(1, len(DONE.states) - 1))
def test_what_one_has_stored_the_other_does_not_store_again(
    path: Path, complete: Contents, ahead: int
) -> None:
    """Whatever the row is, and even if it leaves no other trace than its position."""
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=ahead - 1)
    with (
        closing(HistoryStore(path, VENUE)) as late,
        closing(HistoryStore(path, VENUE)) as early,
    ):
        put(early, last=ahead + 1)
        assert early.failed is None
        put(late, last=ahead)
        assert "another process has stored what follows" in str(late.failed)
        put(early)
        assert early.failed is None
        assert contents(path) == complete
    with closing(HistoryStore(path, VENUE)) as store:
        put(store)
        assert store.failed is None
        assert contents(path) == complete
