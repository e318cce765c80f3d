"""Connect to a venue, given its URL and a key."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from carbonex.wire import requests
from carbonex.wire.keys import Key, load_key
from carbonex.wire.statements import VENUE_FEES

from .administration import Administration
from .checks import checked
from .client import Client, State
from .errors import (
    CarbonexError,
    ConnectionLost,
    SessionTakenOver,
    VenueRestored,
)
from .options import CODECS, check, check_key_for
from .presence import Presence
from .requester import Timeouts, as_it_is, nothing
from .tls import client_context
from .transport import Transport


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from typing import Unpack

    from carbonex.wire.answers import EligibilityTables, Obligations

    from .models import Balances, Eligibility, Obligation
    from .options import Options
    from .witness import Witness


_log = logging.getLogger("carbonex.sdk")


@checked()
class Venue(Administration):
    """A connection to a venue, valid inside its ``async with`` block.

    The client reconnects after a lost connection, logs in again and restores its
    subscriptions. Until then ``online`` is false, books are stale and queries wait.
    Every request that would change something raises ConnectionLost at once.
    """

    @property
    def name(self) -> str:
        """The venue's name, as the venue states it."""
        return self._client.venue

    @property
    def online(self) -> bool:
        """Whether the venue accepts requests now; ``wait_online`` waits for that."""
        return self._client.state is State.ONLINE

    @property
    def shutting_down(self) -> bool:
        """Whether the venue has announced its shutdown: it accepts no new requests."""
        return self._client.shutting_down

    @property
    def suspended_why(self) -> str:
        """Why operators have suspended the venue; empty while it is not suspended."""
        return self._client.suspended_why

    @property
    def witness(self) -> Witness | None:
        """The newest known state of the venue's log, updated by heartbeats."""
        return self._client.memory.witness

    @property
    def restored(self) -> VenueRestored | None:
        """The last restoration of the venue from an older copy, or None."""
        return self._client.memory.restored

    @property
    def participant(self) -> str:
        """The participant that the key belongs to; empty without a key."""
        return self._client.participant

    @property
    def accounts(self) -> Sequence[str]:
        """The accounts that the key may use, as of the login."""
        return tuple(self._client.accounts)

    @property
    def permissions(self) -> Sequence[requests.PermissionName]:
        """The key's permissions: read, trade, operate, registry, transfer."""
        return tuple(self._client.permissions)

    async def start(self) -> None:
        """Wait for the first login, then follow the key's account, if there is one.

        Executions then reach orders from the first one on. An interruption before the
        first execution is resumed as well.
        """
        await self.wait_online()
        client = self._client
        if client.memory.restored is not None:
            raise client.memory.restored
        if client.account and not self._may_name(client.account):
            names = ", ".join(client.accounts) or "no account"
            raise ValueError(
                f"account must be one of the key's, not {client.account}: it has {names}"
            )
        mine = client.account or (
            client.accounts[0] if len(client.accounts) == 1 else ""
        )
        if mine and "read" in client.permissions:
            client.executions(mine, self)
            self._link.flush()

    def _may_name(self, account: str) -> bool:
        """Return whether the key may use the account.

        Operators may also use the venue's fee account.
        """
        client = self._client
        return account in client.accounts or (
            account == VENUE_FEES and "operate" in client.permissions
        )

    async def log_out(self) -> None:
        """Log out, so that the venue does not treat the session as lost.

        Raises:
            CarbonexError: If the logout fails and orders were to be cancelled. Where
                orders were to stay, the failure is logged: the venue cancels them after
                the grace period, or they belong to the client that took the session
                over.

        """
        cancel_at_exit = self._client.presence.cancel_at_exit
        try:
            await self._ask(requests.Logout(cancel_at_exit), nothing)
        except CarbonexError as error:
            if cancel_at_exit:
                raise
            if isinstance(self._client.error, SessionTakenOver):
                what = "taken over, orders are the other's now"
            else:
                what = "no clean logout, orders may be cancelled"
            _log.warning("%s: %s", what, error)

    async def ping(self) -> float:
        """Return the round-trip time of a ping in seconds."""
        time = asyncio.get_running_loop().time
        began = time()
        await self._ask(requests.Ping(), nothing)
        return time() - began

    async def obligations(self) -> list[Obligation]:
        """Return the obligations and surrenders of the key's participant, by year."""

        def obligations(answer: Obligations) -> list[Obligation]:
            return answer.obligations

        return await self._ask(requests.Obligations(), obligations)

    async def eligibility(self, product: str = "") -> list[Eligibility]:
        """Return each product's rules: which vintages cover which obligations.

        Without ``product`` the answer covers all products. No login is needed.
        """

        def tables(answer: EligibilityTables) -> list[Eligibility]:
            return answer.products

        return await self._ask(requests.Eligibility(product), tables)

    async def balances(self, account: str | None = None) -> Balances:
        """Return the account's current cash and tonnes."""
        name = self._client.account_for(account)
        return await self._ask(requests.Balances(name), as_it_is)


@contextlib.asynccontextmanager
async def connect(
    url: str, key: Key | str | Path | None = None, **options: Unpack[Options]
) -> AsyncIterator[Venue]:
    """Connect to the venue at ``url``, such as ``ws://127.0.0.1:8080``.

    ``key`` is a Key, or a key file made by ``carbonex keygen``. Without a key only
    market data is available. See Options and Timeouts.

    With a ``wss://`` URL the client verifies the venue's certificate. ``tls`` is a PEM
    file of certificate authorities, or an SSLContext.

    Leaving the block logs out and closes the connection. Orders stay in the market,
    unless ``cancel_at_exit`` makes the venue cancel those of the ``session``.

    With ``cancel_on_disconnect`` the venue cancels the session's orders once its
    connection has been lost for ``grace`` seconds. It keeps them if the session returns
    before that, from this client or from another run under the same name. Leaving the
    block by an exception, including Ctrl-C, counts as a lost connection: nobody manages
    the orders any more.

    Raises:
        LoginFailed: If the venue does not accept the key.
        ConnectionLost: If the venue cannot be reached for the first connection. Later
            the client reconnects without limit. Also on leaving the block, if
            ``cancel_at_exit`` could not be carried out.
        VenueRestored: If the venue's log is older than ``witness``. A later restoration
            ends streams and held orders; see VenueRestored.
        OSError, ValueError: If the key file or the authorities file cannot be used, an
            option has an invalid value, or options contradict each other.
        TypeError: If an option does not exist.

    """
    check(url, key, options)
    presence = Presence.of(options)
    check_key_for(key, options)
    codec = CODECS[options.get("encoding", "json")]
    if isinstance(key, str | Path):
        _warn_if_open(Path(key))
        key = load_key(key)
    client = Client(
        key,
        account=options.get("account", ""),
        codec=codec,
        presence=presence,
        witness=options.get("witness"),
    )
    transport = Transport(url, client, client_context(url, options.get("tls")))
    venue = Venue(client, transport, options.get("timeouts", Timeouts()))
    transport.start()
    try:
        await venue.start()
        try:
            yield venue
        except BaseException:
            if presence.cancel_at_exit:
                with contextlib.suppress(CarbonexError):  # keep the original exception
                    await venue.log_out()
            raise
        if presence.needs_logout:
            await venue.log_out()
    finally:
        client.close(ConnectionLost("this client has closed the connection"))
        await transport.close()


def _warn_if_open(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        _log.warning("%s has mode %04o: others can read it; chmod 600", path, mode)
