"""The dead man's switch: cancel an account's orders when its client is gone."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from carbonex.wire import requests

from .checks import checked
from .errors import CarbonexError, ConnectionLost, Overloaded, SwitchLapsed
from .feeds import CountdownFeed
from .history import History
from .requester import as_it_is


if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from .models import Countdown
    from .stream import Stream


# Renew after a third of the time, so that two renewals may fail.
RENEWALS: Final = 3
PAUSE: Final = 0.05  # seconds, after a busy venue refused a renewal

_log = logging.getLogger("carbonex.sdk")


@checked()
class Guarding(History):
    """The dead man's switch part of a venue."""

    async def cancel_all_after(
        self, seconds: int, account: str | None = None
    ) -> Countdown:
        """Have all the account's orders cancelled in ``seconds``, 1 to 86,400.

        Call it again before that to postpone the cancellation, or with 0 to disarm it.
        The countdown runs at the venue, whatever happens to this client.
        ``dead_mans_switch`` renews and disarms automatically. Blocks and bids stay.

        After ConnectionLost, call this again: repeating it is harmless.
        """
        name = self._client.account_for(account)
        return await self._ask(requests.CancelAllOrdersAfter(seconds, name), as_it_is)

    def dead_mans_switch(
        self, seconds: int, account: str | None = None
    ) -> DeadMansSwitch:
        """Have all the account's orders cancelled ``seconds`` after this client dies.

            async with venue.dead_mans_switch(30):
                ...  # renewed every 10 s

        Leaving the block disarms it. Leaving it by an exception only ends the
        renewals: what has failed is not there to look after its orders.

        Raises:
            SwitchLapsed: Within the block, which is cancelled for it, if it could
                not be renewed in time, or was not armed any more.
            VenueError: Likewise, if the venue refuses to renew it.
            ConnectionLost: If it cannot be armed, or not be disarmed: it will fire.

        """
        return DeadMansSwitch(self, seconds, account)

    def countdowns(self, account: str | None = None) -> Stream[Countdown]:
        """Stream the states of the account's countdown, whoever sets it.

        First the current state; then armed, renewed, disarmed, or fired with the number
        of orders cancelled.
        """
        return self._feed(CountdownFeed(self._client.account_for(account))).stream()


class DeadMansSwitch:
    """A countdown that is renewed inside its block; see dead_mans_switch."""

    def __init__(self, venue: Guarding, seconds: int, account: str | None) -> None:
        self._venue = venue
        self._seconds = seconds
        self._account = account
        self._sure_until = 0.0  # loop time before which it cannot have fired
        self._error: CarbonexError | None = None
        self._guarded: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Arm the countdown."""
        await self._set()
        task = asyncio.current_task()
        assert task is not None
        self._guarded, self._cancelling = task, task.cancelling()
        self._renewing = asyncio.create_task(self._renew_for_ever())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the renewals; disarm the countdown after a normal end."""
        assert self._renewing is not None
        self._renewing.cancel()
        await asyncio.wait([self._renewing])
        if self._error is not None:
            self._uncancel(exc)
        elif exc_type is None:
            await self._venue.cancel_all_after(0, self._account)
        else:
            _log.warning("the countdown is left to fire: %r", exc)

    async def _set(self) -> Countdown:
        sent = asyncio.get_running_loop().time()
        countdown = await self._venue.cancel_all_after(self._seconds, self._account)
        self._sure_until = sent + self._seconds
        return countdown

    async def _renew_for_ever(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._seconds / RENEWALS)
                async with asyncio.timeout_at(self._sure_until):
                    await self._renew()
        except TimeoutError:
            self._fail(
                SwitchLapsed(
                    f"the countdown was not renewed within its {self._seconds} s: the"
                    " venue cancels the account's orders"
                )
            )
        except CarbonexError as error:
            self._fail(error)

    async def _renew(self) -> None:
        """Renew the countdown once, over as many connections as necessary."""
        while True:
            try:
                countdown = await self._set()
            except ConnectionLost:
                await self._venue.wait_online()
            except Overloaded as error:
                await asyncio.sleep(error.retry_after or PAUSE)
            else:
                if countdown.status != "renewed":
                    raise SwitchLapsed(
                        f"the countdown of {countdown.account} was not armed any more"
                        " when it was to be renewed: it has fired and cancelled the"
                        " account's orders, or another client has disarmed it"
                    )
                return

    def _fail(self, error: CarbonexError) -> None:
        """Cancel the block with the error, as ``asyncio.timeout`` does."""
        self._error = error
        assert self._guarded is not None
        self._guarded.cancel()

    def _uncancel(self, exc: BaseException | None) -> None:
        """Raise the error in place of the cancellation that it caused."""
        assert self._guarded is not None
        assert self._error is not None
        ours_alone = self._guarded.uncancel() <= self._cancelling
        if exc is None or (ours_alone and isinstance(exc, asyncio.CancelledError)):
            raise self._error from exc
