"""What is known of the time at a start: never more than somebody saw pass."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import pytest
import structlog

from carbonex.gateway.server.host import clock_file
from carbonex.gateway.server.host.clock import HOUR_NS, SECOND_NS
from carbonex.gateway.server.host.clock_file import NOTHING, ClockFile
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
    assert machine.clock_file().known() == NOTHING


def test_a_night_is_known_to_have_passed_on_the_same_boot(machine: Machine) -> None:
    machine.clock_file().note(CLOSE_NS)
    machine.monotonic_ns += 17 * HOUR_NS
    assert machine.clock_file().known() == (CLOSE_NS + 17 * HOUR_NS, True)


@pytest.mark.parametrize("monotonic_ns", [SECOND_NS, 5_000 * HOUR_NS])
def test_after_a_reboot_only_when_it_was_last_open(
    machine: Machine, monotonic_ns: int
) -> None:
    machine.clock_file().note(CLOSE_NS)
    machine.reboot(monotonic_ns)
    assert machine.clock_file().known() == (CLOSE_NS, False)


def test_where_boots_have_no_name_none_is_the_same(machine: Machine) -> None:
    machine.boot.unlink()
    machine.clock_file().note(CLOSE_NS)
    machine.monotonic_ns += 17 * HOUR_NS
    assert machine.clock_file().known() == (CLOSE_NS, False)


def test_the_newest_note_counts(machine: Machine) -> None:
    kept = machine.clock_file()
    kept.note(CLOSE_NS)
    kept.note(7)
    assert machine.clock_file().known() == (7, True)


def known(machine: Machine) -> tuple[int, list[str]]:
    """What is known of the time, and what the log lines say."""
    with structlog.testing.capture_logs() as logs:
        now_ns = machine.clock_file().known().time_ns
    assert {line["event"] for line in logs} <= {"clock not known"}
    return now_ns, [line["reason"] for line in logs]


def test_a_file_in_which_any_bit_is_another_says_nothing(machine: Machine) -> None:
    path = machine.directory / "clock"
    machine.clock_file().note(CLOSE_NS)
    assert known(machine) == (CLOSE_NS, [])
    written = path.read_bytes()
    told = f"{path} is damaged: its checksum is wrong"
    for bit in range(8 * len(written)):
        content = bytearray(written)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        assert known(machine) == (0, [told])
    for size in range(len(written)):
        path.write_bytes(written[:size])
        assert known(machine) == (0, [told])
    machine.clock_file().note(CLOSE_NS)
    assert known(machine) == (CLOSE_NS, [])


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"time_ns": "7"}', bytes(96)])
def test_another_file_says_nothing(machine: Machine, content: bytes) -> None:
    (machine.directory / "clock").write_bytes(content)
    assert known(machine)[0] == 0


def test_a_file_that_cannot_be_read_says_nothing(machine: Machine) -> None:
    (machine.directory / "clock").mkdir()
    now_ns, [reason] = known(machine)
    assert now_ns == 0
    assert "Is a directory" in reason


def test_format_version_1_does_not_change(machine: Machine) -> None:
    machine.clock_file().note(CLOSE_NS)
    written = (machine.directory / "clock").read_bytes()
    assert written == (
        b"CBXCLCK\n\x01\0\0\0"
        + CLOSE_NS.to_bytes(8, "little")
        + (1_000 * HOUR_NS).to_bytes(8, "little")
        + b"first".ljust(64, b"\0")
        + bytes.fromhex("0c106db3")
    )


def test_another_version_is_named(machine: Machine) -> None:
    path = machine.directory / "clock"
    machine.clock_file().note(CLOSE_NS)
    fields = bytearray(path.read_bytes()[:-4])
    fields[8] = 7
    path.write_bytes(fields + crc32(fields).to_bytes(4, "little"))
    now_ns, [reason] = known(machine)
    assert now_ns == 0
    assert reason.startswith(f"{path} has format version 7, this carbonex reads 1: ")
