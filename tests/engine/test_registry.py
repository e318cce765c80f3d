"""Participants, keys and what they permit, accounts, instruments."""

from __future__ import annotations

import pytest

from scenario import check


def test_a_company_is_admitted_gets_an_account_and_trades() -> None:
    check(
        """
        list CEA tick 0.01 lot 1          -> listed CEA, CEA closed
        register Huaneng                  -> registered Huaneng
        register Huaneng                  -> refused ALREADY_EXISTS
        open h-1 of Huaneng               -> opened h-1
        open h-1 of Huaneng               -> refused ALREADY_EXISTS
        open d-1 of Datang                -> refused UNKNOWN_PARTICIPANT
        key k-1 of Huaneng trade          -> added key k-1
        key k-1 of Huaneng trade          -> refused ALREADY_EXISTS
        key k-2 of Datang trade           -> refused UNKNOWN_PARTICIPANT
        h-1: deposit 100.00               -> done
        begin 20250106 until 900          -> begun 20250106, CEA trading
        h-1: buy #1 1 @ 70.00 as k-1      -> accepted #1
        """,
        stage="",
    )


def test_account_names_are_unique_at_the_venue_not_per_participant() -> None:
    check("""
        open maker of taker               -> refused ALREADY_EXISTS
        open maker-2 of maker             -> opened maker-2
    """)


def test_a_key_trades_for_its_own_participants_accounts() -> None:
    check("""
        account maker-2 of maker cash 100.00
        key k-1 of maker trade
        maker: sell #1 1 @ 70.00 as k-1      -> accepted #1
        maker-2: buy #2 1 @ 60.00 as k-1     -> accepted #2
        taker: sell 1 @ 70.00 as k-1         -> refused NOT_PERMITTED
        maker: amend #1 @ 71.00 as k-1       -> amended #1 to 1 @ 71.00 losing priority
        maker: cancel #1 as k-1              -> cancelled #1 1
        maker-2: cancel all as k-1           -> cancelled #2 1
    """)


@pytest.mark.parametrize("key", ["stranger", "reader", "foreign", "gone", "unknown"])
def test_any_other_key_does_nothing_with_orders(key: str) -> None:
    check(f"""
        key reader of maker read operate registry
        key foreign of taker read trade operate registry
        key gone of maker trade
        revoke gone                       -> revoked gone
        maker: sell #1 5 @ 70.00          -> accepted #1
        maker: sell 1 @ 70.00 as {key}    -> refused NOT_PERMITTED
        maker: amend #1 to 4 as {key}     -> refused NOT_PERMITTED
        maker: cancel #1 as {key}         -> refused NOT_PERMITTED
        maker: cancel all as {key}        -> refused NOT_PERMITTED
        book                              -> - | 5@70.00
    """)


def test_only_an_operator_runs_the_market() -> None:
    check("""
        key op of third operate
        key no of third read trade registry
        list CCER as no                      -> refused NOT_PERMITTED
        halt CEA as no                       -> refused NOT_PERMITTED
        halt CEA as op                       -> CEA halted
        resume CEA as no                     -> refused NOT_PERMITTED
        resume CEA as op                     -> CEA trading
        list CCER as op                      -> listed CCER, CCER trading
        time 1000000                         -> CEA closed, CCER closed, ended 20250106
        begin 20250107 until 2000000 as no   -> refused NOT_PERMITTED
        begin 20250107 until 2000000 as op   -> begun 20250107, CEA trading, CCER trading
    """)


def test_only_the_registry_admits_and_moves_value() -> None:
    check("""
        key reg of third registry
        key no of maker read trade operate
        register Datang as no                        -> refused NOT_PERMITTED
        register Datang as reg                       -> registered Datang
        open d-1 of Datang as no                     -> refused NOT_PERMITTED
        open d-1 of Datang as reg                    -> opened d-1
        key k-1 of Datang read as no                 -> refused NOT_PERMITTED
        key k-1 of Datang read as reg                -> added key k-1
        revoke k-1 as no                             -> refused NOT_PERMITTED
        revoke k-1 as reg                            -> revoked k-1
        maker: deposit 1.00 as no                    -> refused NOT_PERMITTED
        maker: deposit 1.00 as reg                   -> done
        maker: withdraw 1.00 as no                   -> refused NOT_PERMITTED
        maker: withdraw 1.00 as reg                  -> done
        maker: issue 1 CEA as no                     -> refused NOT_PERMITTED
        maker: issue 1 CEA as reg                    -> done
        maker: transfer 1 CEA to taker as no         -> refused NOT_PERMITTED
        maker: transfer 1 CEA to taker as reg        -> done
        obligation maker 5 for 2024 as no            -> refused NOT_PERMITTED
        obligation maker 5 for 2024 as reg           -> maker owes 5 for 2024
        maker: surrender 1 CEA for 2024 as no        -> refused NOT_PERMITTED
        maker: surrender 1 CEA for 2024 as reg       -> done, maker owes 5 for 2024 surrendered 1
        maker: retire 1 CEA as no                    -> refused NOT_PERMITTED
        maker: retire 1 CEA as reg                   -> done
        restrict maker sell-only as reg              -> refused NOT_PERMITTED
        maker: sell 1 @ 70.00 as reg                 -> refused NOT_PERMITTED
    """)


def test_a_revoked_key_is_useless_for_ever() -> None:
    check("""
        key reg of third registry
        key reg-2 of third registry
        maker: deposit 1.00 as reg           -> done
        revoke reg as reg                    -> revoked reg
        maker: deposit 1.00 as reg           -> refused NOT_PERMITTED
        revoke reg as reg                    -> refused NOT_PERMITTED
        key reg of third registry            -> refused ALREADY_EXISTS
        revoke nobody                        -> refused UNKNOWN_KEY
    """)


def test_one_key_of_the_registry_is_always_left() -> None:
    check("""
        key reg of third read registry
        key op of third read trade operate
        revoke op as reg                     -> revoked op
        revoke reg as reg                    -> refused LAST_REGISTRY_KEY
        revoke reg                           -> refused LAST_REGISTRY_KEY   -- nor by the venue
        key reg-2 of maker registry
        revoke reg                           -> revoked reg
        revoke reg                           -> revoked reg
        revoke reg-2                         -> refused LAST_REGISTRY_KEY
    """)


def test_orders_of_a_revoked_key_stay_until_they_are_cancelled() -> None:
    check("""
        key k-1 of maker trade
        maker: sell #1 1 @ 70.00 as k-1      -> accepted #1
        revoke k-1                           -> revoked k-1
        maker: cancel #1 as k-1              -> refused NOT_PERMITTED
        maker: cancel #1                     -> cancelled #1 1
    """)


def test_an_instrument_is_listed_once_with_sound_terms() -> None:
    check("""
        list CEA                             -> refused ALREADY_EXISTS
        list CCER tick 0.00                  -> refused BAD_PARAMETER
        list CCER lot 0                      -> refused BAD_PARAMETER
        list CCER lot -1                     -> refused BAD_PARAMETER
        list CCER lot 10 max 9               -> refused BAD_PARAMETER
        list CCER max 2147483649             -> refused BAD_PARAMETER
        list CCER protection -1              -> refused BAD_PARAMETER
        list CCER protection 1001            -> refused BAD_PARAMETER
        list CCER lot 10 max 10 protection 1000 tick 21474836.48 -> listed CCER, CCER trading
        halt CEA99                           -> refused UNKNOWN_INSTRUMENT
        resume CEA99                         -> refused UNKNOWN_INSTRUMENT
        maker: buy 1 CEA99 @ 1.00            -> refused UNKNOWN_INSTRUMENT
    """)


def test_an_account_has_sound_caps() -> None:
    check("""
        open maker-2 of maker ids 0          -> refused BAD_PARAMETER
        open maker-2 of maker orders 0       -> refused BAD_PARAMETER
        open maker-2 of maker ids 1 orders 1 -> opened maker-2
    """)


@pytest.mark.parametrize("name", ["x" * 37, "华能", "tab\u200bbed", "a\x7fb"])
def test_names_are_short_and_printable(name: str) -> None:
    check(f"""
        register {name}                      -> refused BAD_NAME
        open {name} of maker                 -> refused BAD_NAME
        key {name} of maker read             -> refused BAD_NAME
        list {name}                          -> refused BAD_NAME
        maker: deposit 1.00 ref {name}       -> refused BAD_NAME
        maker: sell 1 @ 70.00 id {name}      -> refused BAD_NAME
        register {"x" * 36}                  -> registered {"x" * 36}
    """)
