"""Client order ids and client refs: what makes a retry safe."""

from __future__ import annotations

import pytest

from scenario import STAGE, check


def test_the_same_order_again_answers_with_the_order_as_it_stands() -> None:
    check("""
        maker: sell #1 5 @ 70.00 id a-1   -> accepted #1
        maker: sell 5 @ 70.00 id a-1      -> stands #1 open 0 of 5 @ 70.00
        taker: buy #2 2 @ 70.00           -> accepted #2, traded #1 #2 2 @ 70.00
        maker: sell 5 @ 70.00 id a-1      -> stands #1 open 2 of 5 @ 70.00
        maker: amend #1 to 4 @ 70.10      -> amended #1 to 4 @ 70.10 losing priority
        maker: sell 5 @ 70.00 id a-1      -> stands #1 open 2 of 4 @ 70.10
        taker: buy #3 2 @ 70.10           -> accepted #3, traded #1 #3 2 @ 70.10
        maker: sell 5 @ 70.00 id a-1      -> stands #1 filled 4 of 4 @ 70.10
        book                              -> - | -
    """)


def test_a_cancelled_order_stands_as_cancelled() -> None:
    check("""
        maker: sell #1 5 @ 70.00 id a-1       -> accepted #1
        taker: buy #2 2 @ 70.00               -> accepted #2, traded #1 #2 2 @ 70.00
        maker: cancel #1                      -> cancelled #1 3
        maker: sell 5 @ 70.00 id a-1          -> stands #1 cancelled 2 of 5 @ 70.00
        taker: buy #3 1 @ 70.00 ioc id b-1    -> accepted #3, cancelled #3 1 ioc
        taker: buy 1 @ 70.00 ioc id b-1       -> stands #3 cancelled 0 of 1 @ 70.00
    """)


@pytest.mark.parametrize(
    "other",
    [
        "buy 5 @ 70.00",
        "sell 6 @ 70.00",
        "sell 5 @ 70.01",
        "sell 5 @ market",
        "sell 5 CCER @ 70.00",
        "sell 5 @ 70.00 gtc",
        "sell 5 @ 70.00 post-only",
        "sell 5 @ 70.00 cancel-oldest",
    ],
)
def test_another_order_under_the_same_id_is_refused(other: str) -> None:
    check(f"""
        list CCER
        maker: sell #1 5 @ 70.00 id a-1   -> accepted #1
        maker: {other} id a-1             -> refused DUPLICATE_CLIENT_ORDER_ID
        book                              -> - | 5@70.00
    """)


def test_deadline_and_key_are_not_content() -> None:
    check("""
        key k-1 of maker trade
        key k-2 of maker trade
        maker: sell #1 5 @ 70.00 id a-1 by 100 as k-1   -> accepted #1
        maker: sell 5 @ 70.00 id a-1 by 200 as k-2      -> stands #1 open 0 of 5 @ 70.00
        time 150                                        -> nothing
        maker: sell 5 @ 70.00 id a-1 by 100             -> stands #1 open 0 of 5 @ 70.00
    """)


def test_a_retry_is_answered_while_halted_and_after_the_close() -> None:
    check("""
        maker: sell #1 5 @ 70.00 id a-1   -> accepted #1
        halt CEA                          -> CEA halted
        maker: sell 5 @ 70.00 id a-1      -> stands #1 open 0 of 5 @ 70.00
        resume CEA                        -> CEA trading
        time 1000000                      -> cancelled #1 5 session-close, CEA closed, ended 20250106
        maker: sell 5 @ 70.00 id a-1      -> stands #1 cancelled 0 of 5 @ 70.00
        maker: sell 6 @ 70.00 id a-1      -> refused DUPLICATE_CLIENT_ORDER_ID
        maker: sell 5 @ 70.00 id a-2      -> refused MARKET_CLOSED
    """)


def test_ids_belong_to_an_account() -> None:
    check("""
        account maker-2 of maker CEA 10
        maker: sell #1 5 @ 70.00 id a-1     -> accepted #1
        maker-2: sell #2 5 @ 70.00 id a-1   -> accepted #2
        third: sell #3 6 @ 70.00 id a-1     -> accepted #3
    """)


def test_nobody_learns_of_another_participants_ids() -> None:
    check("""
        key k-1 of taker trade
        key k-2 of maker read
        maker: sell #1 5 @ 70.00 id a-1          -> accepted #1
        maker: sell 5 @ 70.00 id a-1 as k-1      -> refused NOT_PERMITTED
        maker: sell 6 @ 70.00 id a-1 as k-1      -> refused NOT_PERMITTED
        maker: sell 5 @ 70.00 id a-1 as k-2      -> refused NOT_PERMITTED
    """)


def test_a_refused_order_does_not_use_up_its_id() -> None:
    check("""
        maker: sell 101 @ 70.00 id a-1    -> refused INSUFFICIENT_HOLDINGS
        maker: sell #1 5 @ 70.00 id a-1   -> accepted #1
    """)


def test_an_id_is_remembered_for_its_day_and_the_next() -> None:
    check("""
        maker: sell #1 1 @ 70.00 id a-1        -> accepted #1
        time 1000000                           -> cancelled #1 1 session-close, CEA closed, ended 20250106
        begin 20250107 until 2000000           -> begun 20250107, CEA trading
        maker: sell 1 @ 70.00 id a-1           -> stands #1 cancelled 0 of 1 @ 70.00
        time 2000000                           -> CEA closed, ended 20250107
        maker: sell 1 @ 70.00 id a-1           -> stands #1 cancelled 0 of 1 @ 70.00
        begin 20250108 until 3000000           -> begun 20250108, CEA trading
        maker: sell #2 2 @ 70.00 id a-1        -> accepted #2
        maker: sell 2 @ 70.00 id a-1           -> stands #2 open 0 of 2 @ 70.00
    """)


def test_an_id_is_remembered_as_long_as_its_order_is_open() -> None:
    check("""
        maker: sell #1 1 @ 70.00 gtc id a-1    -> accepted #1
        time 1000000                           -> CEA closed, ended 20250106
        begin 20250107 until 2000000
        time 2000000                           -> CEA closed, ended 20250107
        begin 20250108 until 3000000
        time 3000000                           -> CEA closed, ended 20250108
        begin 20250109 until 4000000
        maker: sell 1 @ 70.00 gtc id a-1       -> stands #1 open 0 of 1 @ 70.00
        maker: amend id a-1 @ 71.00            -> amended #1 to 1 @ 71.00 losing priority
        maker: cancel id a-1                   -> cancelled #1 1
        maker: sell 1 @ 70.00 gtc id a-1       -> stands #1 cancelled 0 of 1 @ 71.00
        time 4000000                           -> CEA closed, ended 20250109
        begin 20250110 until 5000000
        maker: sell #2 2 @ 70.00 id a-1        -> accepted #2
    """)


def test_beyond_the_cap_a_new_id_is_refused_and_no_old_one_forgotten() -> None:
    check("""
        account small CEA 100 ids 2
        small: sell #1 1 @ 70.00 id a-1   -> accepted #1
        small: sell #2 1 @ 70.00 id a-2   -> accepted #2
        small: sell 1 @ 70.00 id a-3      -> refused TOO_MANY_CLIENT_IDS
        small: cancel #1                  -> cancelled #1 1
        small: sell 1 @ 70.00 id a-3      -> refused TOO_MANY_CLIENT_IDS
        small: sell 1 @ 70.00 id a-1      -> stands #1 cancelled 0 of 1 @ 70.00
        small: sell #3 1 @ 70.00          -> accepted #3   -- without an id
    """)


def test_the_cap_counts_yesterdays_ids_until_they_are_forgotten() -> None:
    check("""
        account small CEA 100 ids 2
        small: sell #1 1 @ 70.00 id a-1       -> accepted #1
        small: sell #2 1 @ 70.00 gtc id a-2   -> accepted #2
        time 1000000                          -> cancelled #1 1 session-close, CEA closed, ended 20250106
        begin 20250107 until 2000000
        small: sell 1 @ 70.00 id a-3          -> refused TOO_MANY_CLIENT_IDS
        time 2000000                          -> CEA closed, ended 20250107
        begin 20250108 until 3000000
        small: sell #3 1 @ 70.00 id a-3       -> accepted #3   -- a-1 is forgotten
        small: sell 1 @ 70.00 id a-4          -> refused TOO_MANY_CLIENT_IDS   -- a-2 is open
    """)


def test_an_id_has_at_most_36_characters() -> None:
    check(f"""
        maker: sell #1 1 @ 70.00 id {"a" * 36}   -> accepted #1
        maker: sell 1 @ 70.00 id {"b" * 37}      -> refused BAD_NAME
    """)


def test_a_ref_moves_value_once() -> None:
    check("""
        maker: deposit 5.00 ref d-1               -> done
        maker: deposit 5.00 ref d-1               -> done before
        maker: deposit 6.00 ref d-1               -> refused DUPLICATE_CLIENT_REF
        maker: withdraw 5.00 ref d-1              -> refused DUPLICATE_CLIENT_REF
        maker: withdraw 1.00 ref w-1              -> done
        maker: withdraw 1.00 ref w-1              -> done before
        maker: issue 3 CEA ref i-1                -> done
        maker: issue 3 CEA ref i-1                -> done before
        maker: issue 4 CEA ref i-1                -> refused DUPLICATE_CLIENT_REF
        maker: transfer 2 CEA to taker ref t-1    -> done
        maker: transfer 2 CEA to taker ref t-1    -> done before
        maker: transfer 2 CEA to third ref t-1    -> refused DUPLICATE_CLIENT_REF
        taker: deposit 7.00 ref d-1               -> done   -- refs belong to an account
        balance maker                             -> cash 10004.00, CEA 101
        balance taker                             -> cash 10007.00, CEA 102
        balance third                             -> cash 10000.00, CEA 100
    """)


def test_a_retry_after_the_money_has_gone_is_still_answered() -> None:
    check("""
        account small cash 5.00
        small: withdraw 5.00 ref w-1              -> done
        small: withdraw 5.00 ref w-1              -> done before
    """)


def test_a_refused_move_does_not_use_up_its_ref() -> None:
    check("""
        account small
        small: withdraw 5.00 ref w-1              -> refused INSUFFICIENT_FUNDS
        small: deposit 5.00 ref w-1               -> done
    """)


def test_a_ref_is_remembered_for_its_day_and_the_next() -> None:
    check("""
        maker: deposit 5.00 ref d-1               -> done
        time 1000000                              -> CEA closed, ended 20250106
        maker: deposit 5.00 ref d-1               -> done before
        begin 20250107 until 2000000
        maker: deposit 5.00 ref d-1               -> done before
        time 2000000                              -> CEA closed, ended 20250107
        begin 20250108 until 3000000
        maker: deposit 5.00 ref d-1               -> done
        balance maker                             -> cash 10010.00, CEA 100
    """)


def test_refs_and_ids_are_capped_apart() -> None:
    check(
        """
        account small CEA 5 ids 2                 -- one ref is used by the issue
        small: deposit 5.00 ref d-1               -> done
        small: deposit 5.00 ref d-2               -> refused TOO_MANY_CLIENT_IDS
        small: deposit 5.00 ref d-1               -> done before
        small: sell #1 1 @ 70.00 id d-1           -> accepted #1
        """,
        STAGE,
    )
