"""Whose connections have their limits in common."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, final

from carbonex.gateway.addresses import MAX_ADDRESSES

from .throttle import Share


if TYPE_CHECKING:
    from .limits import SessionLimits


@final
class Shares:
    """The shares of one server's participants, and of strangers by address.

    One of an address outlives its connections, or to connect anew would be worth a
    whole burst. Of addresses the MAX_ADDRESSES that connected last are remembered.
    """

    def __init__(self, limits: SessionLimits) -> None:
        self._limits: Final = limits
        self._participants: Final[dict[str, Share]] = {}
        self._addresses: Final[OrderedDict[str, Share]] = OrderedDict()

    def of_participant(self, name: str) -> Share:
        """Return what all connections of a participant have in common."""
        share = self._participants.get(name)
        if share is None:
            limits, times = self._limits, self._limits.participant_multiple
            share = self._participants[name] = Share(
                limits.requests_per_second * times,
                limits.burst * times,
                limits.participant_in_flight,
                " on all connections of your participant",
            )
        return share

    def of_address(self, address: str) -> Share:
        """Return what connections from an address have in common before they log in."""
        addresses = self._addresses
        share = addresses.get(address)
        if share is None:
            limits = self._limits
            share = addresses[address] = Share(
                limits.stranger_requests_per_second,
                limits.stranger_burst,
                limits.participant_in_flight,
                " from your address without a login",
            )
            if len(addresses) > MAX_ADDRESSES:
                addresses.popitem(last=False)
        else:
            addresses.move_to_end(address)
        return share
