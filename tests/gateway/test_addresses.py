"""Limits by network address: what counts as one, and what each may take."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from carbonex.gateway.addresses import AddressLimit, address_of


SECOND = 10**9


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("/run/venue.sock", ""),
    ],
)
def test_what_counts_as_one_address(host: str, address: str) -> None:
    assert address_of(host) == address


def test_a_burst_and_then_one_per_interval() -> None:
    limit = AddressLimit(3 * SECOND, 2)
    for _ in range(2):
        assert limit.wait_ns("a", 0) == 0
        limit.charge("a", 0)
    assert limit.wait_ns("a", 0) == 3 * SECOND
    assert limit.wait_ns("a", SECOND) == 2 * SECOND
    assert limit.wait_ns("a", 3 * SECOND) == 0
    assert limit.wait_ns("b", 0) == 0
    assert (limit.charged, limit.refused) == (2, 2)


def test_of_too_many_addresses_the_longest_quiet_one_is_forgotten() -> None:
    limit = AddressLimit(SECOND, 1, addresses=3)
    for address in "abcad":  # a was charged again, so b is the quiet one
        limit.charge(address, 0)
    assert len(limit) == 3
    assert [limit.wait_ns(address, 0) > 0 for address in "abcd"] == [
        *(True, False, True, True),
    ]


@given(
    interval=st.integers(1, 5),
    burst=st.integers(1, 4),
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 8)), max_size=40),
)
def test_it_is_a_token_bucket(
    interval: int, burst: int, steps: list[tuple[str, int]]
) -> None:
    """Against tokens that are counted as fractions and flow in all the time."""
    limit = AddressLimit(interval, burst)
    tokens = {"a": Fraction(burst), "b": Fraction(burst)}
    now = 0
    for address, pause in steps:
        now += pause
        for name, held in tokens.items():
            tokens[name] = min(held + Fraction(pause, interval), Fraction(burst))
        wait = limit.wait_ns(address, now)
        lacking = max(1 - tokens[address], Fraction(0))
        assert wait == lacking * interval
        if not wait:
            limit.charge(address, now)
            tokens[address] -= 1
