"""Invariants of registers and indexes: counters, keys, accounts, timers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import semantics
from carbonex.engine.commands import (
    MAX_COUNTDOWN_NS,
    MAX_GRACE_NS,
    MIN_COUNTDOWN_NS,
)
from carbonex.engine.dues import dues
from carbonex.engine.enums import Permission, Restriction
from carbonex.engine.hiding import SECRET_BYTES
from carbonex.engine.registry.sessions import MAX_SESSIONS
from carbonex.engine.state import VENUE_KEY


if TYPE_CHECKING:
    from carbonex.engine.state import State


def check_registers(state: State) -> None:
    """Assert that registers are keyed correctly, and that indexes are complete."""
    assert 1 <= state.semantics <= semantics.NEWEST
    assert (state.day == 0) is (state.day_ends_ns == 0)
    assert state.day in (0, state.last_day)
    assert (state.last_day == 0) is (state.day_number == 0)
    assert not state.day or state.day_ends_ns > state.settled_ns
    assert (state.before is None) is (state.day == 0)
    assert state.before is None or state.before.last_order_id <= state.last_order_id
    assert state.gateway in (state.gateways or (0,))
    assert len(state.secret) in (0, SECRET_BYTES)
    for plain, last in (
        (state.plain_ids, state.last_order_id),
        (state.plain_blocks, state.last_block_id),
        (state.plain_bids, state.last_bid_id),
    ):
        assert 0 <= plain <= (last if state.secret else 0)
    _check_participants(state)
    _check_keys(state)
    _check_sessions(state)
    _check_countdowns(state)
    assert list(state.timers) == dues(state)
    _check_attention(state)
    _check_backlog(state)


def _check_participants(state: State) -> None:
    accounts = {}
    for name, participant in state.participants.items():
        assert participant.name == name
        accounts.update(participant.accounts)
        for instrument in participant.large_in:
            assert instrument in state.instruments
    assert accounts.keys() == state.accounts.keys()
    assert list(state.accounts.values()) == state.opened
    for name, account in state.accounts.items():
        assert account.name == name
        assert state.opened[account.number] is account
        assert account is accounts[name]
        participant = account.participant
        assert account is participant.accounts[name]
        assert state.participants[participant.name] is participant
        is_free = participant.restriction is Restriction.NONE
        assert account.restricted is not is_free


def _check_sessions(state: State) -> None:
    """Assert that sessions are registered by name and number, and none is overdue."""
    assert list(state.sessions) == sorted(state.sessions)
    named = [item.sessions for item in state.participants.values()]
    assert len(state.sessions) == sum(map(len, named))
    assert all(len(sessions) <= MAX_SESSIONS for sessions in named)
    for number, session in state.sessions.items():
        assert 0 < number <= state.last_session_id
        assert session.number == number
        assert session.participant.sessions[session.name] is session
        assert state.participants[session.participant.name] is session.participant
        assert session.connection
        assert session.gateway in state.gateways
        assert 0 <= session.grace_ns <= MAX_GRACE_NS
        assert session.ends_ns == 0 or session.ends_ns > state.settled_ns


def _check_countdowns(state: State) -> None:
    for account in state.accounts.values():
        countdown = account.countdown
        if countdown is not None:
            assert MIN_COUNTDOWN_NS <= countdown.timeout_ns <= MAX_COUNTDOWN_NS
            left_ns = countdown.due_ns - state.settled_ns
            assert 0 < left_ns <= countdown.timeout_ns


def _check_attention(state: State) -> None:
    """Assert that the flags for consequences of trades miss none."""
    listed = state.listed
    assert state.stops_wait or not any(len(item.stops) for item in listed)
    assert state.limited is any(item.terms.position_limit > 0 for item in listed)
    assert state.supervised is any(item.watch is not None for item in listed)
    attends = state.stops_wait or state.limited or state.supervised
    assert state.watchful is (attends or len(state.freezing) > 0)


def _check_backlog(state: State) -> None:
    """Assert that work carried over to later batches is valid and has no duplicates."""
    assert state.done == 0
    assert len({cancel.chosen for cancel in state.cancels}) == len(state.cancels)
    for cancel in state.cancels:
        assert not cancel.account or cancel.account in state.accounts
        assert not cancel.participant or cancel.participant in state.participants
        assert not cancel.instrument or cancel.instrument in state.instruments
        assert 0 <= cancel.order_id <= state.last_order_id
        assert 0 <= cancel.newest <= state.last_order_id
        assert 0 <= cancel.place < max(len(state.opened), 1)
    assert all(item.stops.low <= item.stops.high for item in state.reaching)
    reached = [item for item in state.listed if item.stops.high]
    assert sorted(state.reaching, key=state.listed.index) == reached
    assert not state.unfinished or state.timers.next_ns() == state.time_ns


def _check_keys(state: State) -> None:
    traders = {VENUE_KEY: state.accounts}
    for key_id, key in state.keys.items():
        assert key.key_id == key_id
        assert state.participants[key.participant.name] is key.participant
        if Permission.TRADE in key.permissions and not key.revoked:
            traders[key_id] = key.participant.accounts
    assert traders.keys() == state.traders.keys()
    assert all(state.traders[key_id] is traders[key_id] for key_id in traders)
