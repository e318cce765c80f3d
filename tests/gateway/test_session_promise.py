"""Cancel on disconnect, whatever comes between what: clients, commits and crashes.

Logins, orders, losses and commits follow each other at random, so that what one
client does waits for the log while another one comes or goes.
"""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from carbonex.engine import AdvanceTime, Batch, GatewayOpened
from carbonex.gateway.session.states import LOGGED_IN
from gateway.named_sessions import log_in
from gateway.session_house import SECOND, Client, House


NAMES = ("mm-1", "mm-2", "")
GRACES_MS = (0, 1, 2_000)


class Firm:
    """Some clients of one participant.

    ``wishes`` tells of each name whether who logged in last wants its orders
    cancelled when it is gone; a clean logout is a wish that they are not.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.house = House()
        self.clients: list[Client] = []
        self.wishes: dict[str, bool] = {}
        self.names: dict[Client, str] = {}
        self.orders = 0

    def step(self) -> None:
        """Let something happen."""
        r = self.random
        act = r.choice(
            [self.come, self.come, self.buy, self.buy, self.lose, self.leave]
            + [self.commit] * 3
            + [self.wait]
        )
        act()

    def come(self) -> None:
        r, client = self.random, self.house.connect()
        name = r.choice(NAMES)
        asks = bool(name) and r.random() < 0.7
        grace = r.choice(GRACES_MS) if asks else 0
        log_in(client, session=name, cancel_on_disconnect=asks, grace_ms=grace)
        self.clients.append(client)
        self.names[client] = name
        self.wishes[name] = asks

    def buy(self) -> None:
        """Order something, or have it wait behind a login."""
        if self.clients:
            self.orders += 1
            client = self.random.choice(self.clients)
            client.buy(1, "70.00", client_order_id=f"a-{self.orders}")

    def lose(self) -> None:
        if self.clients:
            client = self.clients.pop(self.random.randrange(len(self.clients)))
            client.session.closed()

    def leave(self) -> None:
        """Log out somebody who has been answered, so that it is done at once."""
        self.commit()
        there = [c for c in self.clients if c.session.state is LOGGED_IN]
        if there and self.house.venue.idle:
            client = self.random.choice(there)
            client.send("logout")
            self.wishes[self.names[client]] = False

    def commit(self) -> None:
        self.house.commit_one()
        for client in [c for c in self.clients if c.closing is not None]:
            self.clients.remove(client)  # the shell closes what was taken over
            client.session.closed()

    def wait(self) -> None:
        self.house.now_ns += self.random.choice([1_000_000, SECOND])

    def open(self) -> dict[str, int]:
        """Return how many orders of each name are open."""
        orders = self.house.exchange.accounts["acme-1"].orders.values()
        names = [order.command.session for order in orders]
        return {name: names.count(name) for name in NAMES}


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 120))
def test_when_everybody_is_gone_only_wanted_orders_are_left(
    seed: int, steps: int
) -> None:
    firm = Firm(seed)
    for _ in range(steps):
        firm.step()
    house = firm.house
    house.commit()
    for client in firm.clients:
        client.session.closed()
    house.commit()
    before = firm.open()
    house.now_ns += 3 * SECOND
    house.commit()
    after = firm.open()
    assert house.exchange.sessions == {}
    for name, wish in firm.wishes.items():
        assert after[name] == (0 if wish else before[name])
    house.exchange.check()


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 120))
def test_so_it_is_when_the_venue_dies(seed: int, steps: int) -> None:
    """What was not durable never was; for all else the log decides."""
    firm = Firm(seed)
    for _ in range(steps):
        firm.step()
    exchange = firm.house.exchange
    asked = [session.name for session in exchange.sessions.values()]
    before = firm.open()
    epoch, _ = exchange.gateways[1]
    for later in (0, 3 * SECOND):
        time_ns = exchange.time_ns + later
        opened = Batch(time_ns, 1, epoch + 1, 0, [GatewayOpened("")])
        assert exchange.apply(opened).accepted
        exchange.apply(Batch(time_ns + 3 * SECOND, 1, epoch + 1, 1, [AdvanceTime("")]))
        epoch += 1
    after = firm.open()
    for name in NAMES:
        assert after[name] == (0 if name in asked else before[name])
    exchange.check()
