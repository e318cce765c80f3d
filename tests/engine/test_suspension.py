"""The suspension of the whole venue, and its resumption."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    HaltInstrument,
    ListInstrument,
    PhaseChanged,
    Reason,
    Rejected,
    ResumeVenue,
    SuspendVenue,
    VenueResumed,
    VenueSuspended,
)
from driver import Driver
from scenario import STAGE, check


FLOOR = """
    list CEA call-resume 60
    list CCER
    account maker cash 10000.00 CEA 100 CCER 100
    account taker cash 10000.00 CEA 100 CCER 100
    begin 20250106 until 20250106T15:00:00
    time 20250106T10:00:00
    halt CCER
    maker: sell 5 @ 70.00
"""


def test_nothing_trades_and_cancelling_works() -> None:
    check("""
        maker: sell #1 5 @ 70.00   -> accepted #1
        maker: sell #2 5 @ 71.00   -> accepted #2
        suspend-venue              -> suspended, CEA halted
        taker: buy 5 @ 70.00       -> refused VENUE_SUSPENDED
        taker: buy 0 @ 70.00       -> refused VENUE_SUSPENDED
        maker: amend #1 to 4       -> refused VENUE_SUSPENDED
        maker: cancel #1           -> cancelled #1 5
        maker: cancel all          -> cancelled #2 5
        taker: withdraw 5.00       -> done
        suspend-venue              -> refused VENUE_SUSPENDED
        resume-venue               -> resumed, CEA trading
        resume-venue               -> refused NOT_SUSPENDED
        maker: sell #3 5 @ 70.00   -> accepted #3
    """)


def test_it_ends_by_a_call_and_what_was_halted_stays_so() -> None:
    check(
        """
        suspend-venue                    -> suspended, CEA halted
        halt CCER                        -> refused HALTED
        time 20250106T10:30:00           -> nothing
        resume-venue                     -> resumed, CEA call
        taker: buy #2 5 @ 70.00          -> accepted #2
        time 20250106T10:31:00           -> CEA uncrossed 5 @ 70.00, traded #1 #2 5 @ 70.00, CEA trading
        maker: sell 5 CCER @ 70.00       -> refused HALTED
        resume CCER                      -> CCER trading
        """,
        FLOOR,
    )


def test_a_halt_ends_and_begins_within_a_suspension() -> None:
    check(
        """
        suspend-venue                    -> suspended, CEA halted
        resume CCER                      -> nothing
        maker: sell 5 CCER @ 70.00       -> refused VENUE_SUSPENDED
        halt CEA                         -> nothing
        list NEW                         -> listed NEW, NEW halted
        delist NEW                       -> NEW closed, delisted NEW
        resume-venue                     -> resumed, CCER trading
        maker: sell 5 CEA @ 70.00        -> refused HALTED
        resume CEA                       -> CEA call
        """,
        FLOOR,
    )


def test_a_call_that_goes_on_is_held_again() -> None:
    check(
        """
        suspend-venue                    -> suspended, CEA halted
        resume-venue                     -> resumed, CEA call
        time 20250106T10:00:50           -> nothing
        suspend-venue                    -> suspended, CEA halted
        time 20250106T10:20:00           -> nothing
        resume-venue                     -> resumed, CEA call
        time 20250106T10:20:59           -> nothing
        time 20250106T10:21:00           -> CEA uncrossed nothing, CEA trading
        """,
        FLOOR,
    )


def test_days_end_and_begin_in_it() -> None:
    check(
        """
        suspend-venue                                  -> suspended, CEA halted
        time 20250106T15:00:00                         -> cancelled #1 5 session-close, ended 20250106
        begin 20250107 until 20250107T15:00:00         -> begun 20250107
        time 20250107T10:00:00                         -> nothing
        maker: sell 5 @ 70.00                          -> refused VENUE_SUSPENDED
        resume-venue                                   -> resumed, CEA call
        """,
        FLOOR,
    )


def test_what_is_due_in_it() -> None:
    """Orders expire; auctions and blocks settle nothing."""
    check(
        """
        maker: sell #1 5 @ 70.00 good-till 500            -> accepted #1
        maker: propose sell 10 CEA @ 70.00 to taker       -> block 1 proposed
        auction of maker sell 10 from 0 to 600             -> auction 1 opened
        suspend-venue                                     -> suspended, CEA halted
        taker: bid 10 @ 70.00 in 1                        -> refused VENUE_SUSPENDED
        taker: accept block 1                             -> refused VENUE_SUSPENDED
        close-auction 1                                   -> refused VENUE_SUSPENDED
        time 500                                          -> cancelled #1 5 expired
        time 600                                          -> auction 1 cancelled
        maker: withdraw-block 1                           -> block 1 withdrawn
        """,
        STAGE.replace("list CEA", "list CEA blocks 1/0 auctions 0/0/0"),
    )


@pytest.mark.parametrize("kind", [SuspendVenue, ResumeVenue])
def test_who_decides_and_why(kind: type[SuspendVenue | ResumeVenue]) -> None:
    driver = Driver()
    assert driver.do(kind("nobody", "why")) == [Rejected(Reason.NOT_PERMITTED)]
    for text in ("", " ", "x" * 201, "a\nb"):
        (rejected,) = driver.do(kind("", text))
        assert rejected == Rejected(Reason.BAD_PARAMETER, "reason", len(text), 200)


def test_twenty_instruments_are_one_command() -> None:
    driver = Driver()
    names = [f"CEA{number}" for number in range(20)]
    driver.apply(*(ListInstrument("", name) for name in names))
    driver.do(HaltInstrument("", "CEA7"))
    told = driver.do(SuspendVenue("", "行情中断"))
    assert told[0] == VenueSuspended("行情中断")
    changed = [event.instrument for event in told if type(event) is PhaseChanged]
    assert changed == [name for name in names if name != "CEA7"]
    assert driver.do(ResumeVenue("", "ok"))[0] == VenueResumed("ok")
    assert driver.exchange.instruments["CEA7"].halted
