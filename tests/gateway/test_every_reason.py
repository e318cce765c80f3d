"""Every reason for which the engine refuses, as a client is told it.

Once through a session alone, and once through the whole server and a socket.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from carbonex.engine import HideOrderIds, Reason
from carbonex.gateway.config import Days
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.wire.codec import MSGPACK
from gateway.reasons import SECRET, STAGE, Request, Scenario
from gateway.reasons_of_emergencies import OF_EMERGENCIES
from gateway.reasons_of_orders import OF_ORDERS, OF_THE_REGISTRY
from gateway.reasons_of_the_market import OF_THE_MARKET, OFF_THE_BOOK
from gateway.session_house import Client, House
from hours import Hours
from market import config
from stranger import Stranger


if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = (
    *OF_ORDERS,
    *OF_THE_REGISTRY,
    *OF_THE_MARKET,
    *OFF_THE_BOOK,
    *OF_EMERGENCIES,
)


def check(scenario: Scenario, error: dict[str, Any]) -> None:
    """Number, name, param and sentence are what they should be."""
    reason = scenario.reason
    assert (error["code"], error["name"]) == (reason.value, reason.name)
    assert error.get("param", "") == scenario.param
    if "…" in scenario.message:
        parts = map(re.escape, scenario.message.split("…"))
        assert re.fullmatch("[0-9]+".join(parts), error["message"])
    else:
        assert error["message"] == scenario.message


def test_there_is_one_for_every_reason() -> None:
    assert [scenario.reason for scenario in SCENARIOS] == list(
        dict.fromkeys(scenario.reason for scenario in SCENARIOS)
    )
    # A thousand logins for one reason: test_session_presence.
    rest = set(Reason) - {Reason.TOO_MANY_SESSIONS}
    assert {scenario.reason for scenario in SCENARIOS} == rest


def test_through_a_session(subtests: pytest.Subtests) -> None:
    for scenario in SCENARIOS:
        with subtests.test(scenario.reason.name):
            through_a_session(scenario)


def through_a_session(scenario: Scenario) -> None:
    house = House(furniture=(HideOrderIds("", SECRET), *STAGE))
    clients: dict[str, Client] = {}

    def client_of(request: Request) -> Client:
        if request.key not in clients:
            clients[request.key] = house.trader(request.key, MSGPACK)
        return clients[request.key]

    for step in scenario.steps:
        client_of(step).result(step.method, **step.params)
    for request in scenario.just_before:
        client_of(request).send(request.method, **request.params)
    refused = scenario.refused
    check(scenario, client_of(refused).error(refused.method, **refused.params))


# Where something has to overtake the request, only luck decides over a socket.
over_a_socket = [scenario for scenario in SCENARIOS if not scenario.just_before]


@pytest.mark.parametrize(
    "scenario", over_a_socket, ids=[scenario.reason.name for scenario in over_a_socket]
)
async def test_through_the_server(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Hours(monkeypatch).be("2026-03-02 12:00:00")
    venue = replace(config(), days=Days("manual"))
    bootstrap(tmp_path, venue, STAGE, Machine(secret=lambda length: SECRET[:length]))
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server.start(tmp_path, venue))
        clients: dict[str, Stranger] = {}

        async def answer_to(request: Request) -> dict[str, Any]:
            if request.key not in clients:
                client = await stack.enter_async_context(Stranger(server.port))
                await client.login(request.key)
                clients[request.key] = client
            client = clients[request.key]
            return await client.answer(
                await client.send(request.method, **request.params)
            )

        for step in scenario.steps:
            answer = await answer_to(step)
            assert answer["success"], answer
        answer = await answer_to(scenario.refused)
        assert not answer["success"], answer
        check(scenario, answer["error"])
