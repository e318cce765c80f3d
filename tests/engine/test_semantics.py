"""What commands mean has a number: old rows keep their meaning for ever.

The releases here are those of ``later_release``.
"""

from __future__ import annotations

import msgspec
import pytest

from carbonex.engine import (
    ActivateSemantics,
    AddKey,
    Deposit,
    Exchange,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
    Rejected,
    SemanticsError,
    semantics,
)
from driver import Driver, replay
from later_release import Release


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Release:
    release = Release(monkeypatch)
    release.knows(2)
    return release


def founded() -> Driver:
    driver = Driver()
    driver.apply(
        RegisterParticipant("", "A"),
        OpenAccount("", "A", "a"),
        AddKey("", "A", "operator", bytes(32), Permission(15)),
    )
    return driver


def cash(exchange: Exchange) -> int:
    return exchange.accounts["a"].cash


def test_a_log_begins_with_the_first_meaning() -> None:
    assert Exchange().semantics == 1
    assert semantics.NEWEST == 1


def test_it_is_for_the_venue_alone_and_only_goes_up() -> None:
    driver = founded()
    (refused,) = driver.do(ActivateSemantics("operator", 2))
    assert refused == Rejected(Reason.NOT_PERMITTED)
    for number in (1, 0, -1):
        (refused,) = driver.do(ActivateSemantics("", number))
        assert refused == Rejected(Reason.BAD_PARAMETER, "number", number, 1)
    assert driver.exchange.semantics == 1


@pytest.mark.usefixtures("later")
def test_what_came_before_keeps_its_meaning_and_what_comes_after_has_the_new() -> None:
    driver = founded()
    driver.apply(
        Deposit("", "a", 100, "old"),
        ActivateSemantics("", 2),
        Deposit("", "a", 100, "new"),  # of the same batch
    )
    assert cash(driver.exchange) == 201
    driver.do(Deposit("", "a", 100, "newer"))
    assert cash(driver.exchange) == 302
    assert driver.do(ActivateSemantics("", 2)) == [
        Rejected(Reason.BAD_PARAMETER, "number", 2, 2)
    ]
    again, _ = replay(driver.batches)
    assert again.digest() == driver.exchange.digest()
    again.check()


@pytest.mark.usefixtures("later")
def test_the_number_is_in_the_snapshot() -> None:
    driver = founded()
    driver.do(Deposit("", "a", 100, "old"))
    before = Exchange.restore(driver.exchange.snapshot())
    driver.do(ActivateSemantics("", 2))
    after = Exchange.restore(driver.exchange.snapshot())
    assert (before.semantics, after.semantics) == (1, 2)
    assert before.digest() != after.digest()
    driver.do(Deposit("", "a", 100, "new"))
    for batch in driver.batches[-2:]:
        before.apply(batch)
    after.apply(driver.batches[-1])
    assert cash(before) == cash(after) == 201
    assert before.digest() == after.digest() == driver.exchange.digest()


def test_a_number_that_this_build_does_not_know_cannot_be_applied(
    later: Release,
) -> None:
    later.knows(1)
    driver = founded()
    expected = (
        "needs semantics 2; this carbonex knows only 1: use the release that wrote it"
    )
    with pytest.raises(SemanticsError, match=expected) as raised:
        driver.do(ActivateSemantics("", 2))
    assert raised.value.number == 2


def test_nor_can_a_snapshot_with_one_be_restored(later: Release) -> None:
    driver = founded()
    driver.do(ActivateSemantics("", 2))
    snapshot = driver.exchange.snapshot()
    later.knows(1)
    with pytest.raises(SemanticsError, match="needs semantics 2"):
        Exchange.restore(snapshot)


def test_a_snapshot_says_its_number_beside_its_format() -> None:
    image = msgspec.msgpack.decode(founded().exchange.snapshot())
    assert image[1] == 1
