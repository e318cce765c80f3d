"""Limits that several connections share."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, final

from carbonex.gateway.addresses import MAX_ADDRESSES

from .throttle import Share


if TYPE_CHECKING:
    from .limits import SessionLimits


@final
class Shares:
    """The shares of one server's participants, and of addresses without login.

    An address's share outlives its connections. Otherwise each reconnection would
    gain a full burst. The MAX_ADDRESSES most recently connected are remembered.
    """

    def __init__(self, limits: SessionLimits) -> None:
        self._limits: Final = limits
        self._participants: Final[dict[str, Share]] = {}
        self._addresses: Final[OrderedDict[str, Share]] = OrderedDict()

    def of_participant(self, name: str) -> Share:
        """Return the share of all connections of a participant."""
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
        """Return the share of the connections from an address that have no login."""
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
