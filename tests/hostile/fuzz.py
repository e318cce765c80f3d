"""The fuzzer: scripts by the thousand, each a connection or some, all from one seed.

A script is a number: with the seed it gives a ``Random``, and so every byte that
is sent. What comes back is judged: a message has exactly one answer, in its
turn, and leaves its connection open; a broken frame ends it with the right code;
a handshake gets the right status, or none.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from carbonex.gateway.session.methods import allowed

from . import frames, handshakes
from .mutants import Mutant, mutant
from .peer import CODECS, PATIENCE, Peer
from .valid import METHODS
from .venue import ATTACKERS


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.wire.codec import Codec


WORKERS: Final = 24  # scripts at the same time
CHUNK: Final = 50  # messages between two pings that are waited for
SINGLES: Final = 30  # frames or handshakes, each of a connection of its own
REQ_IDS: Final = 10**6  # from here on; those of pings, logins and so on are below
WORST_SHOWN: Final = 20  # of what was wrong

# An operator may end everybody's day by right, and the honest client's with it.
ENDING: Final = frozenset({"end_day", "cancel_day"})
OPEN: Final = [method for method in METHODS if method not in ENDING]


class Tally:
    """What was sent and what came of it."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()  # by the error's name
        self.closes: Counter[int] = Counter()
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []

    @property
    def cases(self) -> int:
        """How many messages, frames and handshakes there were."""
        return self.kinds.total()

    def judge(self, script: int, what: object, *, right: bool) -> None:
        """Note what was wrong, with what it takes to see it again."""
        if not right and len(self.wrong) < WORST_SHOWN:
            text = f"{what!r}"
            cut = text if len(text) < 600 else f"{text[:300]} … {text[-300:]}"
            self.wrong.append(f"script {script}: {cut}")


class Fuzz:
    """``count`` cases against the venue at ``port``; ``tally`` grows meanwhile."""

    def __init__(self, port: int, seed: int, count: int, frame_bytes: int) -> None:
        self.tally = Tally()
        self._port = port
        self._seed = seed
        self._left = count
        self._frame_bytes = frame_bytes
        self._script = 0

    async def run(self, first: int = 0) -> None:
        """Play scripts, from number ``first`` on, until ``count`` cases were sent.

        The scripts that are under way then are cut short.

        Raises:
            ExceptionGroup: If the server was silent, or hung up, where it must not.

        """
        self._script = first
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while self._left:
            number, self._script = self._script, self._script + 1
            try:
                await self.play(number)
            except (TimeoutError, ConnectionError, AssertionError) as error:
                error.add_note(f"in script {number} of seed {self._seed}")
                raise

    def _claim(self, wanted: int) -> int:
        """Return how many cases more may be sent, at most ``wanted``."""
        claimed = min(wanted, self._left)
        self._left -= claimed
        return claimed

    async def play(self, number: int) -> None:
        """Play one script."""
        draw = Random(self._seed * 2**32 + number)
        source = f"127.0.0.{number % 200 + 1}"
        kind = draw.choices(_SCRIPTS, _WEIGHTS)[0]
        await kind(self, draw, number, source)

    async def _messages(self, draw: Random, number: int, source: str) -> None:
        """A connection that sends messages, logged in as somebody or as nobody."""
        codec = draw.choice(CODECS)
        who = draw.choice(("", *ATTACKERS))
        may = allowed(ATTACKERS.get(who))
        methods = sorted(may - ENDING) if draw.random() < 0.7 else OPEN
        async with await Peer.open(self._port, codec, source=source) as peer:
            if who:
                await peer.login(who)
            for chunk in range(draw.randint(1, 10)):
                base = REQ_IDS + chunk * CHUNK
                sent = [mutant(draw, codec, methods, base + i) for i in range(CHUNK)]
                del sent[self._claim(CHUNK) :]
                await self._converse(peer, sent, number)
                for one in sent:
                    self.tally.kinds[_kind(one, codec, may)] += 1

    async def _converse(self, peer: Peer, sent: list[Mutant], script: int) -> None:
        """Send messages, and a ping; judge that each has its answer before it."""
        binary = peer.codec.binary
        peer.write(b"".join(frames.message(one.data, binary=binary) for one in sent))
        last = peer.call("ping")
        await peer.until(lambda: _answered(peer, last))
        answers = [m for m in peer.messages if "channel" not in m]
        peer.messages.clear()
        if len(answers) == len(sent) + 1:
            for one, answer in zip(sent, answers, strict=False):
                self._judge_answer(script, one, answer, peer.codec)
        else:
            self.tally.judge(script, (len(answers), sent, answers), right=False)

    def _judge_answer(
        self, script: int, one: Mutant, answer: dict[str, Any], codec: Codec
    ) -> None:
        error = answer.get("error") or {}
        self.tally.answers[error.get("name", "success")] += 1
        right = answer["success"] is not bool(error)
        if one.kind == "valid":
            asked = codec.decoder(_ReqId).decode(one.data)
            right &= answer.get("req_id") == asked.req_id
        self.tally.judge(script, (one, answer), right=right)

    async def _frames(self, draw: Random, number: int, source: str) -> None:
        """Frames with something wrong; a new connection whenever one ended."""
        peer = await Peer.open(self._port, source=source)
        for _ in range(self._claim(SINGLES)):
            peer.answers_pings = False  # it would be a part of what is sent
            one = frames.mutant(draw, self._frame_bytes)
            self.tally.kinds[f"frame {one.kind}"] += 1
            peer.write(one.data)
            end = await _end_of(peer, one)
            self.tally.judge(number, (one, end), right=end in one.ends)
            if end is not None:
                self.tally.closes[end] += 1
            peer.abort()
            peer = await Peer.open(self._port, source=source)
        peer.abort()

    async def _handshakes(self, draw: Random, number: int, source: str) -> None:
        for _ in range(self._claim(SINGLES)):
            one = handshakes.mutant(draw)
            self.tally.kinds[f"handshake {one.kind}"] += 1
            async with await Peer.connect(self._port, source=source) as peer:
                peer.write(one.data)
                status = await _status_of(peer, one)
            self.tally.statuses[status] += 1
            silent = b"sec-websocket-extensions" not in (peer.head or b"").lower()
            self.tally.judge(
                number, (one, status), right=silent and status in one.statuses
            )


class _ReqId(msgspec.Struct):
    req_id: int


def _kind(one: Mutant, codec: Codec, may: frozenset[str]) -> str:
    """Return what a message is counted as; sound ones by whether they may be sent."""
    if one.kind != "valid":
        return f"{codec.name} {one.kind}"
    method = codec.decoder(dict[str, Any]).decode(one.data)["method"]
    return f"{codec.name} {'sound' if method in may else 'unauthorised'}"


def _answered(peer: Peer, req_id: int) -> bool:
    """Tell whether the newest answer is that of the ping ``req_id``."""
    for answer in reversed(peer.messages):
        if "channel" not in answer:
            return bool(answer["method"] == "ping" and answer.get("req_id") == req_id)
    return False


async def _end_of(peer: Peer, one: frames.FrameMutant) -> int | None:
    """Return the close code that came (1006: none), or None if it goes on.

    Noise may be the beginning of a frame that takes in all that follows: after
    three times as much, and a while, that goes on as well.
    """
    data = frames.frame(frames.TEXT, b'{"method":"ping","req_id":-5}')
    vague = frames.GOES_ON in one.ends and len(one.ends) > 1
    for _ in range(3):
        peer.write(data * 50)
        with contextlib.suppress(TimeoutError):
            await peer.over(lambda: _went_on(peer), 0.2 if vague else PATIENCE)
            break
    return 1006 if peer.lost and peer.close_code is None else peer.close_code


def _went_on(peer: Peer) -> bool:
    return any(m.get("req_id") == -5 for m in peer.messages)


async def _status_of(peer: Peer, one: handshakes.HandshakeMutant) -> int:
    """Return the HTTP status that came; 0 if the server waits for more, or went."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        await peer.until(lambda: peer.http_status, 0.02 if 0 in one.statuses else 30)
    return peer.http_status


_SCRIPTS: Final[tuple[Callable[[Fuzz, Random, int, str], Any], ...]] = (
    Fuzz._messages,
    Fuzz._frames,
    Fuzz._handshakes,
)
_WEIGHTS: Final = (50, 35, 15)
