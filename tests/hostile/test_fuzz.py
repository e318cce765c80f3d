"""The fuzzer's own parts, and a short run of it against a server process."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from carbonex.wire.codec import BY_SUBPROTOCOL, Codec
from carbonex.wire.diagnosis import Fault
from carbonex.wire.reading import PARAMS, READERS
from hostile import frames, handshakes, mutants, report, valid
from hostile.__main__ import main


if TYPE_CHECKING:
    from pathlib import Path


CODECS = list(BY_SUBPROTOCOL.values())


def read(codec: Codec, data: bytes) -> str:
    """Return the error's name, or nothing for what is a request."""
    try:
        READERS[codec.name].read(data if codec.binary else data.decode())
    except Fault as fault:
        return fault.error.name
    return ""


@pytest.mark.parametrize("method", sorted(PARAMS))
def test_sound_requests_are_sound(method: str) -> None:
    draw = Random(1)
    for codec in CODECS:
        seen = set()
        for req_id in range(200):
            tree = valid.request(draw, method, req_id)
            seen.update(tree["params"])
            assert read(codec, codec.encode(tree)) == "", tree
        assert seen == set(PARAMS[method].__struct_encode_fields__)


@pytest.mark.parametrize("codec", CODECS, ids=str)
@pytest.mark.parametrize("kind", mutants.MUTATIONS)
def test_mutants_reach_what_they_aim_at(kind: str, codec: Codec) -> None:
    draw = Random(2)
    told = Counter[str]()
    for req_id in range(500):
        tree = valid.request(draw, draw.choice(valid.METHODS), req_id)
        told[read(codec, mutants.MUTATIONS[kind](draw, codec, tree).data)] += 1
    aims = {
        "missing": "MISSING_MEMBER",
        "unknown": "UNKNOWN_MEMBER",
        "doubled": "REPEATED_MEMBER",
        "wrong_word": "UNKNOWN_METHOD",
        "truncated": "MALFORMED",
        "noise": "MALFORMED",
    }
    aim = aims.get(kind)
    assert told[aim] > 30 if aim else told["BAD_TYPE"] + told["MALFORMED"] > 150


def test_a_seed_gives_the_same_bytes_again() -> None:
    def sent(seed: int) -> list[object]:
        draw = Random(seed)
        return [
            (
                mutants.mutant(draw, draw.choice(CODECS), valid.METHODS, n),
                frames.mutant(draw, 2**16),
                handshakes.mutant(draw),
            )
            for n in range(100)
        ]

    assert sent(5) == sent(5) != sent(6)


def test_the_help_shows_its_examples_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hostile", "--help"])
    with pytest.raises(SystemExit):
        main()
    example = "    PYTHONPATH=tests python -m hostile --only behaviours --named ping\n"
    assert example in capsys.readouterr().out


async def test_a_short_run(tmp_path: Path) -> None:
    result = await report.run(tmp_path, 1_500, seed=20261126, quiet_seconds=0.1)
    assert result.tally.wrong == []
    assert result.tally.cases == 1_500
    assert "1500 cases (messages" in (summary := report.lines(result, 20261126)[-1])
    assert " 0 wrong, " in summary
