"""What is known of the time at a start: never more than somebody saw pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.gateway.server import clock_file
from carbonex.gateway.server.clock import HOUR_NS, SECOND_NS
from carbonex.gateway.server.clock_file import ClockFile
from carbonex.journal import OsDisk


if TYPE_CHECKING:
    from pathlib import Path

CLOSE_NS = 1_785_308_400 * SECOND_NS


class Machine:
    """A machine with a monotonic clock and the name of its boot."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = tmp_path
        self.boot = tmp_path / "boot_id"
        self.monotonic_ns = 1_000 * HOUR_NS
        monkeypatch.setattr(clock_file, "BOOT", self.boot)
        self.boot.write_text("first\n")

    def clock_file(self) -> ClockFile:
        return ClockFile(self.directory, OsDisk(), lambda: self.monotonic_ns)

    def reboot(self, monotonic_ns: int) -> None:
        self.boot.write_text("second\n")
        self.monotonic_ns = monotonic_ns


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_of_a_venue_that_was_never_open_nothing_is_known(machine: Machine) -> None:
    assert machine.clock_file().now_ns() == 0


def test_a_night_is_known_to_have_passed_on_the_same_boot(machine: Machine) -> None:
    machine.clock_file().note(CLOSE_NS)
    machine.monotonic_ns += 17 * HOUR_NS
    assert machine.clock_file().now_ns() == CLOSE_NS + 17 * HOUR_NS


@pytest.mark.parametrize("monotonic_ns", [SECOND_NS, 5_000 * HOUR_NS])
def test_after_a_reboot_only_when_it_was_last_open(
    machine: Machine, monotonic_ns: int
) -> None:
    machine.clock_file().note(CLOSE_NS)
    machine.reboot(monotonic_ns)
    assert machine.clock_file().now_ns() == CLOSE_NS


def test_where_boots_have_no_name_none_is_the_same(machine: Machine) -> None:
    machine.boot.unlink()
    machine.clock_file().note(CLOSE_NS)
    machine.monotonic_ns += 17 * HOUR_NS
    assert machine.clock_file().now_ns() == CLOSE_NS


def test_the_newest_note_counts_whatever_its_length(machine: Machine) -> None:
    kept = machine.clock_file()
    kept.note(10**19 - 1)
    kept.note(7)
    assert machine.clock_file().now_ns() == 7


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"time_ns": "7"}', bytes(256)])
def test_a_file_that_cannot_be_read_says_nothing(
    machine: Machine, content: bytes
) -> None:
    (machine.directory / "clock").write_bytes(content)
    assert machine.clock_file().now_ns() == 0


@pytest.mark.parametrize(("behind_ns", "told"), [(SECOND_NS, []), (9 * HOUR_NS, [9])])
def test_a_clock_behind_what_is_known_is_told_where_the_log_is_older(
    machine: Machine, behind_ns: int, told: list[int]
) -> None:
    """The zone was set as if it were the time: a quiet night's log cannot tell."""
    machine.clock_file().note(CLOSE_NS)
    machine.monotonic_ns += 17 * HOUR_NS
    now_ns = CLOSE_NS + 17 * HOUR_NS - behind_ns
    with structlog.testing.capture_logs() as logs:
        machine.clock_file().check(now_ns, CLOSE_NS - HOUR_NS, accept_time=False)
    assert [line["seconds"] / 3600 for line in logs] == told
