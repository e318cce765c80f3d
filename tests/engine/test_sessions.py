"""Phases at the exact nanosecond: hours are half-open (MARKET-RULES §1)."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    BUY,
    AdvanceTime,
    BeginDay,
    BlockTerms,
    ListInstrument,
    Phase,
    PhaseChanged,
    PlaceOrder,
    Reason,
    Rejected,
    UpdateInstrument,
)
from carbonex.engine.market.bounds import MAX_SESSIONS
from driver import Driver, admitted
from engine.floors import MORNING, SESSION_FLOOR
from scenario import check
from speech.market import moment


def test_the_day_goes_through_its_phases() -> None:
    check(
        """
        begin 20250106               -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA pre-open
        time 20250106T09:30:00       -> CEA trading
        time 20250106T11:30:00       -> CEA break
        time 20250106T13:00:00       -> CEA trading
        time 20250106T15:00:00       -> CEA closed, ended 20250106
        """,
        SESSION_FLOOR.replace("begin 20250106", ""),
    )


@pytest.mark.parametrize(
    ("time", "accepted"),
    [
        ("09:29:59.999999999", False),
        ("09:30:00", True),
        ("09:30:00.000000001", True),
        ("11:29:59.999999999", True),
        ("11:30:00", False),
        ("11:30:00.000000001", False),
        ("12:59:59.999999999", False),
        ("13:00:00", True),
        ("14:59:59.999999999", True),
        ("15:00:00", False),
        ("23:59:59.999999999", False),
    ],
)
def test_an_order_is_accepted_in_hours_to_the_nanosecond(
    time: str, *, accepted: bool
) -> None:
    """No time command comes: the phase follows from the order's own batch."""
    driver = Driver(time_ns=moment("20250106T09:00:00"))
    sessions = ((34_200, 41_400), (46_800, 54_000))
    driver.do(ListInstrument("", "CEA", sessions=sessions))
    driver.apply(*admitted("a", 10**9, 1000))
    driver.do(BeginDay("", 20250106, moment("20250107T00:00:00")))
    driver.time_ns = moment(f"20250106T{time}")
    events = driver.apply(PlaceOrder("", "a", "CEA", BUY, 7000, 1)).replies[0]
    names = [type(event).__name__ for event in events]
    assert names == (["OrderAccepted"] if accepted else ["Rejected"])


def test_in_the_break_orders_rest_and_may_only_be_cancelled() -> None:
    check(
        """
        time 20250106T11:29:59.999999999    -> CEA trading
        maker: sell #1 5 @ 70.00            -> accepted #1
        maker: sell #2 5 @ 71.00            -> accepted #2
        time 20250106T11:30:00              -> CEA break
        taker: buy 5 @ 70.00                -> refused MARKET_CLOSED
        maker: amend #1 to 4                -> refused MARKET_CLOSED
        maker: amend #1 @ 70.50             -> refused MARKET_CLOSED
        maker: cancel #2                    -> cancelled #2 5
        book                                -> - | 5@70.00
        time 20250106T13:00:00              -> CEA trading
        taker: buy #3 5 @ 70.00             -> accepted #3, traded #1 #3 5 @ 70.00
        """,
        SESSION_FLOOR,
    )


def test_one_late_batch_lives_through_everything_that_was_due() -> None:
    """Each thing happens at its own time, in order, before the command."""
    check(
        """
        time 20250106T10:00:00              -> CEA trading
        maker: sell #1 5 @ 70.00            -> accepted #1
        time 20250107T09:00:00              -> CEA break, CEA trading, cancelled #1 5 session-close, CEA closed, ended 20250106
        begin 20250107                      -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA pre-open
        """,
        SESSION_FLOOR,
    )


def test_a_day_that_begins_late_begins_in_the_phase_of_the_hour() -> None:
    stage = SESSION_FLOOR.replace("begin 20250106", "")
    for clock, phase in (
        ("11:29:59.999999999", "trading"),
        ("11:30:00", "break"),
        ("14:59:59.999999999", "trading"),
    ):
        check(
            f"""
            time 20250106T{clock}  -> nothing
            begin 20250106         -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA {phase}
            """,
            stage,
        )
    check(
        """
        time 20250106T15:00:00     -> nothing
        begin 20250106             -> refused BAD_PARAMETER   -- it is over
        """,
        stage,
    )


def test_a_halt_does_not_lengthen_the_session() -> None:
    check(
        """
        time 20250106T11:00:00     -> CEA trading
        halt CEA                   -> CEA halted
        time 20250106T11:30:00     -> nothing   -- halted still
        taker: buy 1 @ 70.00       -> refused MARKET_CLOSED
        resume CEA                 -> CEA break
        time 20250106T13:00:00     -> CEA trading
        halt CEA                   -> CEA halted
        taker: buy 1 @ 70.00       -> refused HALTED
        time 20250106T15:00:00     -> ended 20250106
        resume CEA                 -> CEA closed
        """,
        SESSION_FLOOR,
    )


def test_an_instrument_with_shorter_hours_closes_while_the_day_goes_on() -> None:
    check(
        """
        list EUA sessions 10:00-10:30    -> listed EUA, EUA pre-open
        maker: issue 5 EUA               -> done
        time 20250106T10:00:00           -> CEA trading, EUA trading
        maker: sell #1 5 EUA @ 70.00     -> accepted #1
        maker: sell #2 1 @ 70.00         -> accepted #2
        maker: sell #3 5 EUA @ 71.00 gtc -> refused INSUFFICIENT_HOLDINGS
        time 20250106T10:30:00           -> cancelled #1 5 session-close, EUA closed
        maker: sell 5 EUA @ 70.00        -> refused MARKET_CLOSED
        book                             -> - | 1@70.00
        time 20250106T15:00:00           -> CEA break, CEA trading, cancelled #2 1 session-close, CEA closed, ended 20250106
        """,
        SESSION_FLOOR,
    )


def test_what_is_left_at_the_close_is_cancelled_by_the_system() -> None:
    """Where orders live longer than a day, only those for the day are."""
    check(
        """
        time 20250106T09:30:00                  -> CEA trading
        maker: sell #1 1 @ 70.00                -> accepted #1
        maker: sell #2 2 @ 70.00 gtc            -> accepted #2
        maker: sell #3 3 @ 71.00 good-till 20250107T10:00:00 -> accepted #3
        maker: buy #4 4 @ 80.00 stop 75.00      -> accepted #4
        time 20250106T15:00:00                  -> CEA break, CEA trading, cancelled #1 1 session-close, cancelled #4 4 session-close, CEA closed, ended 20250106
        book                                    -> - | 2@70.00 3@71.00
        balance maker                           -> cash 100000.00, CEA 1000 (5 locked)
        """,
        SESSION_FLOOR.replace("band 100", "").replace("day-only", ""),
    )


def test_where_orders_are_for_the_day_every_one_goes_at_the_close() -> None:
    """Even one that is good till later, within a day that goes on."""
    check(
        """
        begin 20250106 until 20250106T17:00:00  -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA pre-open
        time 20250106T09:30:00                  -> CEA trading
        maker: sell #1 1 @ 70.00 good-till 20250106T16:00:00 -> accepted #1
        time 20250106T15:00:00                  -> CEA break, CEA trading, cancelled #1 1 session-close, CEA closed
        time 20250106T17:00:00                  -> ended 20250106
        """,
        SESSION_FLOOR.replace("begin 20250106", ""),
    )


def test_a_day_ends_when_its_command_says_though_a_session_goes_on() -> None:
    check(
        """
        begin 20250106 until 20250106T10:00:00  -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA pre-open
        time 20250106T09:59:59.999999999        -> CEA trading
        maker: sell #1 5 @ 70.00                -> accepted #1
        time 20250106T10:00:00                  -> cancelled #1 5 session-close, CEA closed, ended 20250106
        """,
        SESSION_FLOOR.replace("begin 20250106", ""),
    )


def test_without_sessions_an_instrument_trades_until_midnight() -> None:
    check(
        """
        begin 20250106                   -> begun 20250106, CEA trading
        time 20250106T23:59:59.999999999 -> nothing
        maker: sell #1 1 @ 70.00         -> accepted #1
        time 20250107T00:00:00           -> cancelled #1 1 session-close, CEA closed, ended 20250106
        """,
        f"list CEA\n{MORNING}",
    )


def test_a_phase_tells_until_when_it_lasts() -> None:
    driver = Driver(time_ns=moment("20250106T09:00:00"))
    sessions = ((34_200, 41_400), (46_800, 54_000))
    blocks = BlockTerms(100, 0, ((39_600, 41_400),))
    driver.do(ListInstrument("", "CEA", sessions=sessions, blocks=blocks))
    told = [*_phases(driver, BeginDay("", 20250106))]
    exchange = driver.exchange
    while (due := exchange.next_due()) is not None:
        driver.time_ns = due
        told += _phases(driver, AdvanceTime(""))
    assert told == [
        PhaseChanged("CEA", Phase.PRE_OPEN, moment("20250106T09:30:00")),
        PhaseChanged("CEA", Phase.TRADING, moment("20250106T11:00:00")),
        PhaseChanged("CEA", Phase.TRADING, moment("20250106T11:30:00"), blocks=True),
        PhaseChanged("CEA", Phase.BREAK, moment("20250106T13:00:00")),
        PhaseChanged("CEA", Phase.TRADING, moment("20250106T15:00:00")),
        PhaseChanged("CEA", Phase.CLOSED),
    ]


def _phases(driver: Driver, command: BeginDay | AdvanceTime) -> list[PhaseChanged]:
    return [event for event in driver.do(command) if type(event) is PhaseChanged]


def test_a_day_has_so_many_sessions_and_as_many_for_blocks() -> None:
    driver = Driver()
    most = ListInstrument("", "CEA", sessions=_hours(MAX_SESSIONS))
    blocks = BlockTerms(1, sessions=_hours(MAX_SESSIONS + 1))
    limits = (MAX_SESSIONS + 1, MAX_SESSIONS)
    assert type(driver.do(most)[0]) is not Rejected
    for terms, named in (
        (ListInstrument("", "CEA", sessions=_hours(MAX_SESSIONS + 1)), "sessions"),
        (ListInstrument("", "CEA", blocks=blocks), "blocks.sessions"),
    ):
        refused = Rejected(Reason.BAD_PARAMETER, named, *limits)
        assert driver.do(UpdateInstrument("", terms)) == [refused]


def _hours(count: int) -> tuple[tuple[int, int], ...]:
    """Return so many sessions, each of ten seconds with as long a break after it."""
    return tuple((20 * i + 10, 20 * i + 20) for i in range(count))
