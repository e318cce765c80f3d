"""The way past a row that no build can apply, from the failure to the next start."""

from __future__ import annotations

import asyncio
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from carbonex.cli.app import app
from carbonex.engine import (
    VENUE_KEY,
    Batch,
    HaltInstrument,
    SkipRow,
    exchange as exchange_module,
)
from carbonex.gateway.server.readers.follower import Follower
from carbonex.gateway.server.server import Server, ServerFailed
from carbonex.journal import (
    LogReader,
    SegmentLog,
    SnapshotStore,
    UnappliableRowError,
    recover,
)
from carbonex.wire.keys import Key
from carbonex.wire.login import sign
from carbonex.wire.skips import skip_text
from cli.stuck import REASON, RUN, VENUE, Stuck
from market import make_market
from operations import section
from stranger import Stranger, private_key


if TYPE_CHECKING:
    from pathlib import Path


def halting_fails(patch: pytest.MonkeyPatch) -> None:
    """Make this build one in which each halt fails, half done."""

    def fail(state: Any, command: HaltInstrument) -> None:
        state.instruments[command.instrument].halted = True
        raise KeyError("a bug")

    table: Any = exchange_module._RARE
    patch.setitem(table, HaltInstrument, fail)


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stuck:
    """Return a venue whose operator has halted an instrument, in such a build."""
    halting_fails(monkeypatch)
    return asyncio.run(_halted(tmp_path))


async def _halted(tmp_path: Path) -> Stuck:
    directory = tmp_path / "venue"
    directory.mkdir()
    (directory / "venue.toml").write_text('venue = "test"\n', encoding="utf-8")
    make_market(directory, VENUE)
    with capture_logs() as lines:
        async with Server.start(directory, VENUE) as server:
            async with Stranger(server.port) as operator:
                await operator.login("operator")
                await operator.call("list_instrument", instrument="other")
                await operator.send("halt", instrument="other")
                with pytest.raises(ServerFailed, match="cannot be applied"):
                    await server.wait()
                await operator.socket.wait_closed()
                closed = operator.socket.close_code, operator.socket.close_reason
            position = LogReader(directory).bounds()[1]
    assert closed == (1011, "internal error")
    (told,) = (line for line in lines if line["event"] == "failed")
    found = Stuck(directory, position)
    assert (told["position"], told["hash"]) == (position, found.hash)
    assert told["commands"] == "HaltInstrument"
    return found


def test_every_reader_stops_there_and_says_which_row_it_is(stuck: Stuck) -> None:
    sentence = re.compile(
        rf"carbonex: row {stuck.position} of [0-9-]+ [0-9:]+ \(UTC\+8\), hash"
        rf" {stuck.hash}, cannot be applied: HaltInstrument led to KeyError\('a bug'\)"
        r"\. .* pass over it with carbonex skip: see 'A row that cannot be applied'"
    )
    for command in (["serve", "--port", "0"], ["verify"], ["snapshot"], ["replay"]):
        code, said = stuck.call(*command)
        assert code == 3, said
        assert sentence.search(said)
        assert "Traceback" not in said
    with pytest.raises(UnappliableRowError):
        Follower(stuck.directory)


def test_it_is_passed_over_by_all_of_them(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = stuck.skip()
    assert code == 0
    marker = stuck.position + 1
    assert f"row {stuck.position} is passed over from now on: row {marker}" in said
    told = (
        f"row {stuck.position} is passed over: row {marker}, signed with key operator"
    )
    digests = set[str]()
    for _ in range(2):  # in the second round in a release that could apply the row
        code, said = stuck.call("verify", "--deep")
        assert code == 0, said
        assert f"{told}, says so: {REASON}" in said
        digests |= {line.split()[1] for line in said.splitlines() if "state " in line}
        code, said = stuck.call("replay")
        assert (code, f"by decision of key operator at {'20'}" in said) == (0, True)
        digests.add(said.split()[-1])
        recovered = recover(LogReader(stuck.directory), SnapshotStore(stuck.directory))
        digests.add(recovered.exchange.digest().hex())
        follower = Follower(stuck.directory)
        assert follower.position == marker
        digests.add(follower._exchange.digest().hex())
        follower.close()
        monkeypatch.undo()
    assert len(digests) == 1
    code, said = stuck.call("snapshot")
    assert code == 0
    assert f"digest   {digests.pop()}" in said


def test_the_venue_goes_on(stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go_on() -> list[str]:
        with capture_logs() as lines:
            async with (
                Server.start(stuck.directory, VENUE) as server,
                Stranger(server.port) as operator,
            ):
                await operator.login("operator")
                assert not server.venue.exchange.instruments["other"].halted
                monkeypatch.undo()
                await operator.call("halt", instrument="other")
                await operator.call("resume", instrument="other")
        return [line["warning"] for line in lines if line["event"] == "recovery"]

    stuck.skip()
    assert any("is passed over" in warning for warning in asyncio.run(go_on()))
    assert asyncio.run(go_on()) == []  # it begins with a snapshot from behind the row
    assert stuck.call("verify", "--deep")[0] == 0


def test_what_is_refused(stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**options: str) -> str:
        code, said = stuck.skip(**options)
        assert code in {1, 2}
        assert LogReader(stuck.directory).bounds()[1] == stuck.position
        return said

    before = stuck.position - 1
    reader = LogReader(stuck.directory)
    other = reader.hash_at(before).hex()
    assert f"row {stuck.position} has the hash" in refused(hash=other)
    assert "is not a hash of 64 hex digits" in refused(hash="12")
    assert "not 99" in refused(position="99")
    assert "can be applied: there is nothing to pass over" in refused(
        position=str(before), hash=other
    )
    assert "there is no key 'stranger'" in refused(key=stuck.key("stranger"))
    assert "does not have the permission operate" in refused(key=stuck.key("maker"))
    forged = stuck.directory.parent / "forged.pem"
    Key("operator", private_key("somebody")).save(forged)
    assert "the signature is not that of key 'operator'" in refused(key=str(forged))
    assert "a reason is one line" in refused(reason="two\nlines")
    monkeypatch.undo()
    assert "can be applied: there is nothing to pass over" in refused()


def test_the_procedure_that_operators_read(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document's own lines, with the row that the message names."""
    block = section("A row that cannot be applied").split("```")[1]
    values = {
        "$POSITION": str(stuck.position),
        "$HASH": stuck.hash,
        "acme-operator.pem": stuck.key("operator"),
        "/srv/carbonex/acme": str(stuck.directory),
    }
    lines = [shlex.split(line) for line in block.splitlines()]
    commands = [words[1:] for words in lines if words[:1] == ["carbonex"]]
    assert [words[0] for words in commands] == ["skip", "verify"]
    for words in commands:
        result = RUN.invoke(app, [values.get(word, word) for word in words])
        assert result.exit_code == 0, result.output


def test_it_is_passed_over_once(stuck: Stuck) -> None:
    stuck.skip()
    code, said = stuck.skip()
    assert code == 1
    assert "is passed over: row" in said


def forge(stuck: Stuck, signature: str, key_id: str = "operator") -> None:
    """Append a marker, as somebody who can write to the disk might."""
    row = bytes.fromhex(stuck.hash)
    command = SkipRow(VENUE_KEY, stuck.position, row, key_id, 5, REASON, signature)
    with SegmentLog(stuck.directory, "test") as log:
        (last,) = log.tail(log.bounds()[1])
        log.publish(Batch(0, last.gateway, last.epoch, last.n + 1, [command]))


@pytest.mark.parametrize("signer", ["", "maker"])
def test_what_no_operator_has_signed_is_not_believed(
    stuck: Stuck, signer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = ""
    if signer:
        row = bytes.fromhex(stuck.hash)
        unsigned = SkipRow(VENUE_KEY, stuck.position, row, signer, 5, REASON, "")
        signature = sign(private_key(signer), skip_text("test", unsigned))
    forge(stuck, signature, signer or "operator")
    for command in ("verify", "snapshot", "replay"):
        assert stuck.call(command)[0] == 3
    monkeypatch.undo()
    recovered = recover(LogReader(stuck.directory), SnapshotStore(stuck.directory))
    assert recovered.exchange.instruments["other"].halted
    assert "is not believed" in recovered.warnings[-1]
    code, said = stuck.call("verify")
    assert code == 1
    assert f"DAMAGED at position {stuck.position + 1}" in said


def test_a_state_after_the_row_shows_that_it_can_be_applied(
    stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert stuck.call("snapshot")[0] == 0
    halting_fails(monkeypatch)
    code, said = stuck.skip()
    assert (code, f"is of a state after row {stuck.position}" in said) == (1, True)


def test_a_client_cannot_send_it(stuck: Stuck) -> None:
    recovered = recover(
        LogReader(stuck.directory), SnapshotStore(stuck.directory), stuck.position - 1
    )
    exchange = recovered.exchange
    (epoch, n) = exchange.gateways[1]
    command = SkipRow("operator", 1, b"", "operator", 0, "", "")
    applied = exchange.apply(Batch(0, 1, epoch, n + 1, [command]))
    assert [type(event).__name__ for event in applied.replies[0]] == ["Rejected"]
