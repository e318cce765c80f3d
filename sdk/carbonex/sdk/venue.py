"""Connecting: from a URL and a key to a venue that can be asked."""

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
    """A venue, as long as its ``async with`` block lasts.

    A lost connection is made again, logged in and subscribed as before. While
    there is none, ``online`` is false, books are stale, queries wait, and
    everything that would change something raises ConnectionLost at once.
    """

    @property
    def name(self) -> str:
        """What the venue calls itself."""
        return self._client.venue

    @property
    def online(self) -> bool:
        """Whether the venue can be asked now; ``wait_online`` waits for it."""
        return self._client.state is State.ONLINE

    @property
    def shutting_down(self) -> bool:
        """Whether the venue has announced that it stops: nothing new is taken."""
        return self._client.shutting_down

    @property
    def suspended_why(self) -> str:
        """Why operators have suspended the venue; empty while they have not."""
        return self._client.suspended_why

    @property
    def witness(self) -> Witness | None:
        """The newest that the venue has told of its log, as new as its heartbeat."""
        return self._client.memory.witness

    @property
    def restored(self) -> VenueRestored | None:
        """How the venue came back older than it was, the last time that it did."""
        return self._client.memory.restored

    @property
    def participant(self) -> str:
        """Whom the key belongs to; empty without one."""
        return self._client.participant

    @property
    def accounts(self) -> Sequence[str]:
        """The accounts that the key may use, as of the login."""
        return tuple(self._client.accounts)

    @property
    def permissions(self) -> Sequence[requests.PermissionName]:
        """What the key may do: read, trade, operate, registry, transfer."""
        return tuple(self._client.permissions)

    async def start(self) -> None:
        """Wait for the first login, then follow the account it is for, if any.

        So that orders move from the first one on, and an interruption that
        comes before the first execution is resumed, too.
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
        """Tell whether the key may use the account; operators may ask about the venue's."""
        client = self._client
        return account in client.accounts or (
            account == VENUE_FEES and "operate" in client.permissions
        )

    async def log_out(self) -> None:
        """End the session cleanly, so that it is not taken for lost.

        Raises:
            CarbonexError: If it could not be done where orders were to be cancelled.
                Where they were to stay it is logged: the venue cancels them when
                the grace is over, or they are those of whoever has taken over.

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
        """Return the seconds that a question and its answer take."""
        time = asyncio.get_running_loop().time
        began = time()
        await self._ask(requests.Ping(), nothing)
        return time() - began

    async def obligations(self) -> list[Obligation]:
        """Return what the key's participant owes and has surrendered, by year."""

        def obligations(answer: Obligations) -> list[Obligation]:
            return answer.obligations

        return await self._ask(requests.Obligations(), obligations)

    async def eligibility(self, product: str = "") -> list[Eligibility]:
        """Return which vintages cover which obligations: the rules of each product.

        Left out, ``product`` is all of them; no login is needed.
        """

        def tables(answer: EligibilityTables) -> list[Eligibility]:
            return answer.products

        return await self._ask(requests.Eligibility(product), tables)

    async def balances(self, account: str | None = None) -> Balances:
        """Return the account's cash and tonnes as they are now."""
        name = self._client.account_for(account)
        return await self._ask(requests.Balances(name), as_it_is)


@contextlib.asynccontextmanager
async def connect(
    url: str, key: Key | str | Path | None = None, **options: Unpack[Options]
) -> AsyncIterator[Venue]:
    """Connect to the venue at ``url``, such as ``ws://127.0.0.1:8080``.

    ``key`` is a key file that ``carbonex keygen`` made, or a Key. Without one
    there is market data and nothing else. See Options and Timeouts.

    Through ``wss://`` the venue's certificate is verified: ``tls`` is a file of
    certificate authorities in PEM, or an SSLContext.

    Leaving the block logs out and closes the connection; orders stay in the market,
    unless ``cancel_at_exit`` has those of the ``session`` cancelled.

    With ``cancel_on_disconnect`` the venue cancels the session's orders when its
    connection has been lost for ``grace`` seconds, and keeps them if it is back by
    then, as this client or another run of it under the same name. A block that is
    left by an exception, Ctrl-C among them, counts as lost: nobody looks after its
    orders any more.

    Raises:
        LoginFailed: If the venue does not accept the key.
        ConnectionLost: If the venue cannot be reached. Only the first time:
            from then on a lost connection is made again, for ever. Also at the end,
            if ``cancel_at_exit`` could not be done.
        VenueRestored: If the venue is older than it was for ``witness``. Later
            it ends what holds on to the past; see there.
        OSError, ValueError: If the key file, or the one of authorities, cannot
            be used, or an option cannot be so, or the options do not go together.
        TypeError: If there is no such option.

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
                with contextlib.suppress(CarbonexError):  # the other one matters more
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
