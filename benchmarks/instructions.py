"""``python -m benchmarks.instructions``: instructions per command.

Rates drift with the machine and its other load, instruction counts do not. Each figure
is the difference between two runs under valgrind's cachegrind, one with COUNT commands
of a kind and one without them, divided by COUNT. It covers the whole process from the
decoded command to its events.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from benchmarks.engines.carbonex import INSTRUMENT, NAMES, Engine
from benchmarks.flow import ACCOUNTS, BATCH, MID, batches
from benchmarks.stages_run import ORDERS, do_turns
from carbonex.engine import (
    BUY,
    GTC,
    LIMIT,
    SELL,
    STOP_LIMIT,
    CancelOrder,
    Conditions,
    PlaceOrder,
)


if TYPE_CHECKING:
    from carbonex.engine import Command


KINDS: Final = {
    "rest": "an order that rests",
    "cancel": "a cancel",
    "cross": "an order that trades one resting order whole",
    "cross-stop": "the same while a stop order waits",
}
# A server's instructions, from an order's frame to its answer's. A turn has a window
# of orders per connection. The event loop, sockets and syncs are left out.
SERVER: Final = "server"
COUNT: Final = 10 * ORDERS  # commands of a kind
RESTING: Final = 20_000  # orders in the book beforehand, except for the kind "rest"
LEVELS: Final = 20  # their prices, a fen apart
QUANTITY: Final = 10  # tonnes of every order

_COUNTED: Final = re.compile(r"I\s+refs:\s+([\d,]+)")


def main() -> None:
    """Count every kind and print it with the workload."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        sys.exit("valgrind is missing: install it (apt-get install valgrind)")
    print(f"{platform.platform()}, Python {platform.python_version()}")
    print(
        f"instructions per command: {COUNT:,} commands of {QUANTITY} t in batches of"
        f" {BATCH}, {ACCOUNTS} accounts, {RESTING:,} orders at {LEVELS} prices in the"
        " book (none before those that rest)"
    )
    print(
        f"and of a server: JSON orders (55 % add, 40 % cancel, 5 % cross), {ORDERS} a"
        " turn, from frame to frame"
    )
    for kind, words in {**KINDS, SERVER: "an order through a server"}.items():
        counted = _count(valgrind, kind, COUNT) - _count(valgrind, kind, 0)
        print(f"  {words:<46}{counted / COUNT:>8,.0f}")


def run(kind: str, count: int) -> None:
    """Run ``count`` commands of a kind, after their setup."""
    if kind == SERVER:
        do_turns(count // ORDERS)
        os._exit(0)
    gc.disable()  # as the server does while it is busy
    engine = Engine()
    # always build all, so that both runs cost the same setup
    measured = _measured(kind)[:count]
    for commands in (_before(kind), measured):
        for batch in batches(commands, BATCH):
            engine.run(batch)
    accounts = engine.exchange.accounts.values()
    resting = sum(len(account.orders) for account in accounts)
    assert resting == _resting(kind, count), resting
    os._exit(0)  # skip the cost of freeing everything at exit


def _resting(kind: str, count: int) -> int:
    """Return the number of orders open at the end if none was rejected."""
    if kind == "rest":
        return count
    return RESTING - count + (kind == "cross-stop")


def _before(kind: str) -> list[Command]:
    if kind == "rest":
        return []
    orders: list[Command] = [_sell(n) for n in range(RESTING)]
    if kind == "cross-stop":
        orders.append(_stop())
    return orders


def _measured(kind: str) -> list[Command]:
    if kind == "rest":
        return [_sell(n) for n in range(COUNT)]
    if kind == "cancel":
        return [CancelOrder(_seller(n), _seller(n), n + 1) for n in range(COUNT)]
    return [_buy(n) for n in range(COUNT)]


def _seller(n: int) -> str:
    return NAMES[n % (ACCOUNTS // 2)]


def _sell(n: int) -> PlaceOrder:
    name, price = _seller(n), MID + n % LEVELS
    return PlaceOrder(name, name, INSTRUMENT, SELL, price, QUANTITY, LIMIT, GTC)


def _buy(n: int) -> PlaceOrder:
    name, price = NAMES[ACCOUNTS // 2 + n % (ACCOUNTS // 2)], MID + LEVELS
    return PlaceOrder(name, name, INSTRUMENT, BUY, price, QUANTITY, LIMIT, GTC)


def _stop() -> PlaceOrder:
    """Return a stop order that no trade of the workload triggers."""
    name, price = NAMES[-1], 2 * MID
    return PlaceOrder(
        *(name, name, INSTRUMENT, BUY, price, QUANTITY, STOP_LIMIT, GTC),
        conditions=Conditions(stop_price=price),
    )


def _count(valgrind: str, kind: str, count: int) -> int:
    """Return the instructions of a run in a separate process."""
    done = subprocess.run(
        [
            *(valgrind, "--tool=cachegrind", "--cache-sim=no"),
            f"--cachegrind-out-file={os.devnull}",
            *(sys.executable, "-m", "benchmarks.instructions", kind, str(count)),
        ],
        stderr=subprocess.PIPE,
        check=False,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = _COUNTED.search(done.stderr)
    if done.returncode or found is None:
        sys.exit(f"valgrind failed:\n{done.stderr}")
    return int(found[1].replace(",", ""))


if __name__ == "__main__":
    if sys.argv[1:]:
        run(sys.argv[1], int(sys.argv[2]))
    else:
        main()
