"""File descriptors: enough for all connections and the log, or a warning."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS
from carbonex.gateway.server.host.descriptors import FILES, make_room


if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def most() -> Iterator[int]:
    """Lower what this process has; return what it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_limit_is_raised_to_what_is_needed(most: int) -> None:
    assert make_room(1000) == ""
    needed = 1000 + SPARE_CONNECTIONS + FILES
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (needed, most)


def test_a_higher_limit_is_left_alone(most: int) -> None:
    assert make_room(10) == ""
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, most)


def test_too_low_a_maximum_is_said_and_used_up(most: int) -> None:
    warning = make_room(most)
    assert f"limits.connections = {most} need" in warning
    assert f"this process may have {most}" in warning
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most


@pytest.mark.parametrize(
    ("soft", "then"),
    [
        (512, 10**6 + SPARE_CONNECTIONS + FILES),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    ],
)
def test_a_system_without_a_maximum_has_room(
    soft: int, then: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = [(soft, resource.RLIM_INFINITY)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.append(new))
    assert make_room(10**6) == ""
    assert limits[-1] == (then, resource.RLIM_INFINITY)
