"""Failed logins are limited by address, and a login proves one thing in one place."""

from __future__ import annotations

import pytest

from carbonex.engine import RevokeKey
from carbonex.gateway.addresses import AddressLimit, Logins
from carbonex.gateway.session import admission
from carbonex.wire.login import login_text, sign
from gateway.session_house import SECOND, VENUE, Client, House, private_key


BURST, INTERVAL = 3, 3 * SECOND
BAD = "A" * 86


@pytest.fixture
def house() -> House:
    house = House()
    logins = Logins(AddressLimit(INTERVAL, BURST))
    object.__setattr__(house.services, "logins", logins)
    return house


def caller(house: House, address: str = "203.0.113.7") -> Client:
    """Return a client at ``address`` that has not logged in."""
    client = house.connect()
    client.session.address = address
    return client


def fail(client: Client) -> str:
    name: str = client.error("login", key_id="acme-key", signature=BAD)["name"]
    return name


def test_too_many_failures_are_told_when_to_come_back(house: House) -> None:
    client = caller(house)
    assert [fail(client) for _ in range(BURST)] == ["LOGIN_FAILED"] * BURST
    error = client.error("login", key_id="acme-key", signature=BAD)
    assert (error["code"], error["name"]) == (5010, "LOGIN_LIMITED")
    assert error["retry_after_ms"] == INTERVAL // 10**6
    assert error["message"] == (
        "3 logins from this network address have failed, the most that may at once, and"
        " then one every 3000 ms: this one was not tried; check the key id and the"
        " private key, and log in again after 3000 ms"
    )
    house.now_ns += INTERVAL
    assert fail(client) == "LOGIN_FAILED"
    assert fail(client) == "LOGIN_LIMITED"


def test_a_new_connection_is_no_new_allowance(house: House) -> None:
    for _ in range(BURST):
        fail(caller(house))
    assert fail(caller(house)) == "LOGIN_LIMITED"
    assert fail(caller(house, "203.0.113.8")) == "LOGIN_FAILED"


def test_a_limited_login_uses_up_no_challenge_and_checks_nothing(house: House) -> None:
    client = caller(house)
    for _ in range(BURST):
        fail(client)
    (challenge,) = [client.session.door._challenge]
    assert fail(client) == "LOGIN_LIMITED"
    assert all(frame.get("channel") != "status" for frame in client.read())
    house.now_ns += INTERVAL
    signature = client.signature("acme-key", challenge)
    assert client.result("login", key_id="acme-key", signature=signature)


def test_a_success_gives_nothing_back(house: House) -> None:
    client = caller(house)
    for _ in range(BURST - 1):
        fail(client)
        assert client.read() == []
    assert caller(house).log_in("acme-key")["success"]
    other = caller(house)
    assert fail(other) == "LOGIN_FAILED"
    assert fail(other) == "LOGIN_LIMITED"


def test_any_number_of_clients_may_log_in_from_one_address(house: House) -> None:
    for _ in range(20 * BURST):
        assert caller(house).log_in("acme-key")["success"]


@pytest.mark.parametrize(
    "altered",
    ["another connection", "another venue", "another key's id", "another challenge"],
)
def test_a_proof_holds_for_its_venue_connection_challenge_and_key(altered: str) -> None:
    house = House()
    client = house.connect()
    facts = {
        "another venue": VENUE,
        "another connection": client.session.connection_id,
        "another challenge": client.challenge(),
        "another key's id": "acme-key",
    }
    good = sign(private_key("acme-key"), login_text(*facts.values()))
    facts[altered] = {"another key's id": "beta-key"}.get(altered, "x" + facts[altered])
    text = login_text(*facts.values())
    assert client.error(
        "login", key_id="acme-key", signature=sign(private_key("acme-key"), text)
    )["name"] == ("LOGIN_FAILED")
    # Nor does the good one serve another key.
    fresh = house.connect()
    assert fresh.error("login", key_id="beta-key", signature=good)["name"] == (
        "LOGIN_FAILED"
    )


def test_strangers_do_not_learn_which_keys_there_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []

    def verify(*_: object) -> bool:
        checks.append("checked")
        return False

    monkeypatch.setattr(admission, "verify", verify)
    house.do(RevokeKey("", "beta-key"))
    told = []
    for key_id in ("acme-key", "beta-key", "no-key-"):
        client = caller(house, key_id)
        del checks[:]
        error = client.error("login", key_id=key_id, signature=BAD)
        error["message"] = error["message"].replace(key_id, "KEY")
        told.append((error, len(checks)))
    assert told == [told[0]] * 3


def test_a_megabyte_is_no_signature() -> None:
    client = House().connect()
    error = client.error("login", key_id="acme-key", signature="A" * 2**20)
    assert error["name"] == "LOGIN_FAILED"
