"""The time at which a start begins: what it takes from the wall clock, and what not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import structlog
from msgspec.structs import replace

from carbonex.engine import VENUE_KEY, BeginDay, Exchange
from carbonex.engine.market.dates import date_at
from carbonex.engine.timers import Due
from carbonex.gateway.config import Days
from carbonex.gateway.server.host import clock_file
from carbonex.gateway.server.host.clock import HOUR_NS, SECOND_NS, Clock, ClockError
from carbonex.gateway.server.host.clock_file import NOTHING, Known
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.gateway.server.starting.timing import LONGEST_ABSENCE_NS, StartTime
from gateway.http_pages import get
from market import CEA, config, market_commands
from stranger import Stranger, eventually


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.config import Config


NOW_NS = 500_000 * HOUR_NS
DAY_ENDS_NS = NOW_NS + 5 * HOUR_NS
ORDER = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}


def exchange(log_ns: int = NOW_NS, **due: int) -> Exchange:
    """Return one whose log ends at ``log_ns``, with what is due, by its kind."""
    made = Exchange()
    made.time_ns = log_ns
    for kind, due_ns in due.items():
        made.timers.set(due_ns, Due[kind])
    return made


def begun(
    wall_ns: int, known: Known, log: Exchange, *, accept_time: bool = False
) -> tuple[int, list[str]]:
    """Return where the venue's time begins, and the alarms of that."""
    clock = Clock(lambda: wall_ns, lambda: 0)
    with structlog.testing.capture_logs() as logs:
        StartTime(clock, known, accept_time=accept_time).check(log)
    alarms = [f"{line['event']} {line['seconds']:.0f}" for line in logs]
    return clock.now_ns(), alarms


@pytest.mark.parametrize(
    ("ahead_ns", "alarm"),
    [
        (-3 * HOUR_NS, "clock behind 10800"),
        (-2 * SECOND_NS, "clock behind 2"),
        (59 * 60 * SECOND_NS, "clock ahead 3540"),
        (8 * HOUR_NS, "clock ahead 28800"),
    ],
)
def test_on_the_same_boot_it_goes_on_by_the_time_that_has_passed(
    ahead_ns: int, alarm: str
) -> None:
    known, log = Known(NOW_NS, exact=True), exchange(NOW_NS - HOUR_NS, DAY=DAY_ENDS_NS)
    assert begun(NOW_NS + ahead_ns, known, log) == (NOW_NS, [alarm])


@pytest.mark.parametrize("ahead_ns", [-SECOND_NS, 0, SECOND_NS])
def test_a_wall_clock_that_agrees_is_followed(ahead_ns: int) -> None:
    known, log = Known(NOW_NS, exact=True), exchange(NOW_NS - HOUR_NS)
    assert begun(NOW_NS + ahead_ns, known, log) == (NOW_NS + ahead_ns, [])


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("ahead_ns", [-20 * 60 * SECOND_NS, 26 * HOUR_NS])
def test_an_operators_word_counts_more(ahead_ns: int, exact: bool) -> None:
    log = exchange(NOW_NS - HOUR_NS, DAY=DAY_ENDS_NS)
    known, wall_ns = Known(NOW_NS, exact), NOW_NS + ahead_ns
    assert begun(wall_ns, known, log, accept_time=True) == (wall_ns, [])


@pytest.mark.parametrize("accept_time", [True, False])
def test_it_is_never_before_the_logs_time(accept_time: bool) -> None:
    log = exchange(NOW_NS + HOUR_NS)
    alarm = ["clock behind 3600"]
    for known in (NOTHING, Known(NOW_NS, exact=True), Known(NOW_NS, exact=False)):
        time_ns = begun(NOW_NS, known, log, accept_time=accept_time)
        assert time_ns == (NOW_NS + HOUR_NS, alarm)


def test_after_a_reboot_it_is_never_before_what_was_known() -> None:
    known = Known(NOW_NS, exact=False)
    behind = begun(NOW_NS - 3 * HOUR_NS, known, exchange(NOW_NS - HOUR_NS))
    assert behind == (NOW_NS, ["clock behind 10800"])


def test_of_a_new_venue_any_clock_is_right() -> None:
    assert begun(NOW_NS, NOTHING, Exchange()) == (NOW_NS, [])


@pytest.mark.parametrize("known", [Known(NOW_NS, exact=False), NOTHING])
def test_an_hour_after_a_reboot_is_believed(known: Known) -> None:
    wall_ns = NOW_NS + HOUR_NS
    assert begun(wall_ns, known, exchange(DAY=wall_ns)) == (wall_ns, [])


@pytest.mark.parametrize("kind", ["EXPIRY", "AUCTION", "CALL", "STEP", "DAY"])
def test_more_is_asked_about_where_something_would_happen(kind: str) -> None:
    known = Known(NOW_NS, exact=False)
    log = exchange(NOW_NS - HOUR_NS, **{kind: DAY_ENDS_NS})
    assert begun(DAY_ENDS_NS - 1, known, log) == (DAY_ENDS_NS - 1, [])
    with pytest.raises(ClockError, match=r"5\.0 hours ahead .* --accept-time"):
        begun(DAY_ENDS_NS, known, log)


def test_a_night_with_nothing_due_is_not_asked_about() -> None:
    morning_ns = NOW_NS + 14 * HOUR_NS
    known = Known(NOW_NS, exact=False)
    assert begun(morning_ns, known, exchange()) == (morning_ns, [])


@pytest.mark.parametrize("kind", ["COUNTDOWN", "GRACE"])
def test_what_ends_with_a_connection_is_over_anyway(kind: str) -> None:
    """A dead man's switch was armed when the power went, as always."""
    morning_ns = NOW_NS + 14 * HOUR_NS
    log = exchange(**{kind: NOW_NS + 60 * SECOND_NS})
    known = Known(NOW_NS, exact=False)
    assert begun(morning_ns, known, log) == (morning_ns, [])
    log.timers.set(morning_ns, Due.DAY)
    with pytest.raises(ClockError):
        begun(morning_ns, known, log)


def test_a_clock_that_is_weeks_ahead_is_asked_about_always() -> None:
    """The log's time never goes back, and then the venue is of no use for weeks."""
    known = Known(NOW_NS, exact=False)
    longest_ns = NOW_NS + LONGEST_ABSENCE_NS
    assert begun(longest_ns, known, exchange()) == (longest_ns, [])
    with pytest.raises(ClockError, match=r"336\.0 hours .*time would never go back"):
        begun(longest_ns + 1, known, exchange())


# A whole server, with a wall clock that is wrong.


MANUAL = replace(config(), days=Days("manual"))


def shifted(by_ns: int) -> Machine:
    """Return this machine with its wall clock so far ahead."""
    return Machine(wall_ns=lambda: time.time_ns() + by_ns)


def open_day(directory: Path, config: Config = MANUAL) -> int:
    """Make a venue with a trading day that ends in half an hour; return its date."""
    now_ns = time.time_ns()
    date = date_at(now_ns)
    day = BeginDay(VENUE_KEY, date, now_ns + HOUR_NS // 2)
    bootstrap(directory, config, [*market_commands(), day])
    return date


def reboot(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boot = directory / "boot"
    boot.write_text("another\n")
    monkeypatch.setattr(clock_file, "BOOT", boot)


async def test_with_a_clock_far_behind_switches_and_graces_act_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_day(tmp_path)
    reboot(tmp_path, monkeypatch)
    with structlog.testing.capture_logs() as logs:
        async with Server.start(
            tmp_path, MANUAL, machine=shifted(-3 * HOUR_NS)
        ) as server:
            (behind,) = [line for line in logs if line["event"] == "clock behind"]
            assert round(behind["seconds"]) == 3 * 3600
            open_orders = server.venue.exchange.accounts["maker"].orders
            async with Stranger(server.port) as maker:
                await maker.login("maker")
                await maker.call("cancel_all_orders_after", timeout=1)
                await maker.call("add_order", **ORDER)
                await eventually(lambda: not open_orders)
            async with Stranger(server.port) as maker:
                presence = {"session": "mm-1", "cancel_on_disconnect": True}
                await maker.login("maker", **presence, grace_ms=500)
                await maker.call("add_order", **ORDER)
                assert open_orders
                maker.socket.transport.abort()
            await eventually(lambda: not open_orders)
            _, _, body = await get(server.port, "/metrics")
    figures = dict(
        line.rsplit(" ", 1)
        for line in body.decode().splitlines()
        if not line.startswith("#")
    )
    assert -10_801 < float(figures["carbonex_clock_step_seconds"]) < -10_799
    assert 0 <= float(figures["carbonex_log_time_age_seconds"]) < 30
    assert "clock stepped" not in [line["event"] for line in logs]  # it was told


@pytest.mark.parametrize("minutes", [59, 26 * 60])
async def test_a_clock_that_went_wrong_on_the_same_boot_ends_no_day(
    tmp_path: Path, minutes: int
) -> None:
    date = open_day(tmp_path)
    machine = shifted(minutes * 60 * SECOND_NS)
    with structlog.testing.capture_logs() as logs:
        async with Server.start(tmp_path, MANUAL, machine=machine) as server:
            assert server.venue.exchange.day == date
            assert server.venue.exchange.time_ns < time.time_ns()
    (ahead,) = [line for line in logs if line["event"] == "clock ahead"]
    assert round(ahead["seconds"]) == minutes * 60
    async with Server.start(
        tmp_path, MANUAL, machine=machine, accept_time=True
    ) as server:
        assert server.venue.exchange.day == 0


async def test_after_a_reboot_a_clock_far_ahead_needs_a_word_before_a_day_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_day(tmp_path)
    reboot(tmp_path, monkeypatch)
    machine = shifted(14 * HOUR_NS)
    with pytest.raises(ClockError, match=r"14\.0 hours ahead"):
        async with Server.start(tmp_path, MANUAL, machine=machine):
            pytest.fail("a day was ended by a clock that nobody has confirmed")
    async with Server.start(
        tmp_path, MANUAL, machine=machine, accept_time=True
    ) as server:
        assert server.venue.exchange.day == 0


async def test_off_over_night_it_comes_back_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap(tmp_path, MANUAL, market_commands())
    reboot(tmp_path, monkeypatch)
    async with Server.start(tmp_path, MANUAL, machine=shifted(14 * HOUR_NS)) as server:
        assert server.venue.exchange.time_ns > time.time_ns() + 13 * HOUR_NS
