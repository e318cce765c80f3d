"""The log is the exchange: same log, same events, same state, everywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec
from hypothesis import Phase, given, settings, strategies as st

from carbonex.engine import Batch, Exchange
from driver import replay
from sources import SOURCES
from streams import Stream, seeds, streams


# What another process does with a log on its standard input.
REPLAY = """
import sys
from hashlib import blake2b
import msgspec
from carbonex.engine import Batch, Exchange

exchange = Exchange()
batches = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[Batch])
events = [msgspec.json.encode(exchange.apply(batch)) for batch in batches]
print(exchange.digest().hex(), blake2b(b"".join(events)).hexdigest())
"""


@given(stream=streams())
def test_replaying_a_log_gives_the_same_events_and_the_same_digest(
    stream: Stream,
) -> None:
    driver = stream.driver
    encoded = msgspec.msgpack.encode(driver.batches)
    decoded = msgspec.msgpack.decode(encoded, type=list[Batch])
    exchange, again = replay(decoded)
    assert again[1:] == stream.applied
    assert exchange.digest() == driver.exchange.digest()


@given(stream=streams(), share=st.integers(0, 100))
def test_a_restored_exchange_goes_on_as_if_nothing_had_been(
    stream: Stream, share: int
) -> None:
    batches = stream.driver.batches
    cut = len(batches) * share // 100
    original, _ = replay(batches[:cut])
    snapshot = original.snapshot()
    restored = Exchange.restore(snapshot)
    restored.check()
    assert restored.snapshot() == snapshot
    for batch in batches[cut:]:
        assert restored.apply(batch) == original.apply(batch)
    assert restored.digest() == original.digest() == stream.driver.exchange.digest()
    restored.check()


@given(seed=seeds)
@settings(max_examples=4, phases=[Phase.generate])
def test_nothing_depends_on_the_order_of_a_set(seed: int) -> None:
    """Another hash seed would reorder what a set or a hash gives."""
    stream = Stream(seed)
    stream.run(1_000)
    log = msgspec.msgpack.encode(stream.driver.batches)
    assert _elsewhere(log, hash_seed="1") == _elsewhere(log, hash_seed="2")


def _elsewhere(log: bytes, hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", REPLAY],
        input=log,
        env=os.environ | {"PYTHONPATH": SOURCES, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()
