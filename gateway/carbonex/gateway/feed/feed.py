"""Feed: subscriptions to all channels, and when their frames are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import Reason, Rejected
from carbonex.wire.errors import Code, error
from carbonex.wire.sentences import error_of

from .alerts import Alerts
from .auctions import Auctions
from .balances import Balances
from .books import Books
from .bulletins import Bulletins
from .countdowns import Countdowns
from .dispatch import Dispatch
from .executions import MAX_KEPT, MAX_PER_ACCOUNT, Executions
from .notices import Heartbeats, Instruments, Status
from .premium import NO_PAIRS, Pairs, Premiums
from .prints import Prints
from .private import Bids, Blocks
from .replay import Replay
from .rooms import Rooms
from .ticker import Tickers
from .topic import GUARDED, NARROWABLE, Target


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.gateway.outbox import Outbox
    from carbonex.gateway.venue import Venue
    from carbonex.wire.answers import Error
    from carbonex.wire.requests import Subscribe, Unsubscribe

    from .topic import Topic


# Subscriptions of one connection. Reason: each costs memory and an append per frame;
# a market maker in every instrument needs a tenth of them. Policy: further ones are
# refused with TOO_MANY_SUBSCRIPTIONS.
MAX_SUBSCRIPTIONS: Final = 200


class Feed:
    """All data that is streamed to clients; a Reader of the venue.

    Depth, listings, tickers, live premiums and balances are conflated between two
    calls of ``flush`` (every 50 ms). All other data is sent at once. Call ``flush``
    and ``heartbeat`` only between batches. Other calls may also come between two
    commands of one batch.

    After a restart the feed is created from the restored exchange and receives the
    rows after the snapshot in bulk (``replay``). Executions before the snapshot are in
    the history store. Prints, alerts and bulletins before it are missing, because a
    snapshot does not hold them. Data that is a state of the exchange is always
    complete.
    """

    def __init__(
        self,
        venue: Venue,
        max_subscriptions: int = MAX_SUBSCRIPTIONS,
        max_executions_per_account: int = MAX_PER_ACCOUNT,
        max_executions: int = MAX_KEPT,
        premiums: Pairs = NO_PAIRS,
    ) -> None:
        exchange = venue.exchange
        self._instruments = exchange.instruments
        self._ids = venue.ids
        self._max_subscriptions = max_subscriptions
        self._status = Status(venue)
        self._heartbeats = Heartbeats(venue)
        self._rooms = rooms = Rooms(
            Books(exchange, venue.ids),
            Tickers(exchange),
            Prints(),
            Instruments(exchange),
            Bulletins(),
            Auctions(exchange, venue.ids),
            Premiums(exchange, premiums),
            Executions(exchange, venue.ids, max_executions_per_account, max_executions),
            Balances(exchange),
            Blocks(exchange, venue.ids),
            Bids(exchange, venue.ids),
            Alerts(),
            Countdowns(exchange),
            self._status,
        )
        self._dispatch = Dispatch(rooms)
        # Handles a command's events and sends those not conflated; see Reader.
        self.published: Final = self._dispatch.read
        self._find: dict[str, Callable[[Target], Topic]] = {
            "status": lambda _: self._status.topic,
            "heartbeat": lambda _: self._heartbeats.topic,
            "instrument": rooms.instruments.topics.find,
            "ticker": rooms.tickers.topics.find,
            "trade": rooms.prints.topics.find,
            "book": rooms.books.find,
            "listings": rooms.books.find,
            "bulletin": rooms.bulletins.topics.find,
            "auction": rooms.auctions.topics.find,
            "premium": rooms.premiums.topics.find,
            "alerts": rooms.alerts.topics.find,
            "blocks": rooms.blocks.topics.find,
            "bids": rooms.bids.topics.find,
            "executions": rooms.executions.topics.find,
            "balances": rooms.balances.topics.find,
            "countdown": rooms.countdowns.topics.find,
        }
        self._followed: dict[Outbox, dict[Target, Topic]] = {}

    def refusal(self, outbox: Outbox, request: Subscribe) -> Error | None:
        """Return why ``subscribe`` would be wrong, or None.

        The first that applies: MISSING_MEMBER (a book without instrument),
        UNKNOWN_INSTRUMENT, NO_LISTINGS or LISTINGS_NOT_HIDDEN, BAD_TYPE (the premium
        of an instrument that is in no pair), ALREADY_SUBSCRIBED, TOO_MANY_SUBSCRIPTIONS
        and BAD_TYPE (``from_seq`` is in the future). One instrument's subscription and
        the subscription of all exclude each other, so that no frame comes twice.
        The session checks whether the connection may see the account. The history
        checks whether it still has executions before ``oldest_execution``.
        """
        target = Target.of(request)
        return (
            self._unknown(request)
            or self._unlisted(request)
            or self._unpaired(request)
            or self._excess(outbox, target)
            or self._unplayable(request)
        )

    def subscribe(self, outbox: Outbox, request: Subscribe, now_ns: int) -> None:
        """Send the snapshot, then all updates after it, without a gap.

        ``refusal`` must have returned None just before. ``from_seq`` must not be
        before ``oldest_execution``.
        """
        if request.channel == "executions":
            greeting, greeted = self.greet_executions(outbox, request.account)
            for data in greeting + self.resume_executions(outbox, request, greeted):
                outbox.send_frame(data)
        else:
            self._follow(outbox, Target.of(request)).greet(outbox, now_ns)

    def oldest_execution(self, account: str) -> int:
        """Return the number of the oldest execution that the feed still has."""
        return self._rooms.executions.oldest(account)

    def greet_executions(self, outbox: Outbox, account: str) -> tuple[list[bytes], int]:
        """Return an account's framed open orders and its newest execution's number."""
        executions = self._rooms.executions
        return executions.greeting(outbox.codec, account), executions.newest(account)

    def resume_executions(
        self, outbox: Outbox, request: Subscribe, greeted: int
    ) -> list[bytes]:
        """Subscribe to new executions; return the kept ones from ``from_seq`` on.

        The frames must be sent at once, before any new execution.
        """
        self._follow(outbox, Target.of(request))
        return self._rooms.executions.kept(
            outbox.codec, request.account, request.from_seq, greeted
        )

    def unsubscribe(self, outbox: Outbox, request: Unsubscribe) -> bool:
        """Stop one subscription; return False if there is none like it."""
        target = Target.of(request)
        topic = self._followed.get(outbox, {}).pop(target, None)
        if topic is not None:
            _leave(outbox, target, topic)
        return topic is not None

    def drop(self, outbox: Outbox) -> None:
        """Stop all subscriptions of the outbox."""
        for target, topic in self._followed.pop(outbox, {}).items():
            _leave(outbox, target, topic)

    def drop_private(self, outbox: Outbox) -> None:
        """Stop the subscriptions that need a login."""
        followed = self._followed.get(outbox, {})
        for target in [target for target in followed if target.channel in GUARDED]:
            _leave(outbox, target, followed.pop(target))

    def replay(self, rows: int) -> Replay:
        """Return a reader of ``rows`` recovered rows; finish it before other calls."""
        return Replay(self._rooms, self._dispatch, rows)

    def flush(self, now_ns: int) -> None:
        """Send the conflated channels' changes that are due."""
        self._rooms.books.flush(now_ns)
        self._flush_states()

    def heartbeat(self, now_ns: int) -> None:
        """Send the heartbeat, and before it everything up to the seq that it names.

        Depth is therefore sent once a second even before its interval has passed.
        """
        if self._heartbeats.topic:
            self._rooms.books.flush_all(now_ns)
            self._flush_states()
            self._heartbeats.send(now_ns)

    def resumed(self, outbox: Outbox, now_ns: int) -> None:
        """Send an outbox a snapshot of each topic whose frames it lost while paused."""
        for topic in self._followed.get(outbox, {}).values():
            topic.catch_up(outbox, now_ns)

    def _follow(self, outbox: Outbox, target: Target) -> Topic:
        topic = self._find[target.channel](target)
        topic.add(outbox)
        self._followed.setdefault(outbox, {})[target] = topic
        outbox.flushed += target.flushed
        return topic

    def _flush_states(self) -> None:
        self._rooms.tickers.flush()
        self._rooms.premiums.flush()
        self._rooms.balances.flush()

    def _unknown(self, request: Subscribe) -> Error | None:
        name = Target.of(request).instrument
        if request.channel in {"book", "listings"} and not name:
            return error(
                Code.MISSING_MEMBER,
                "instrument",
                owner=f"subscribe to {request.channel}",
                member="instrument",
                wanted="the name of one",
            )
        if name and name not in self._instruments:
            unknown = Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
            return error_of(unknown, request, self._instruments)
        return None

    def _unlisted(self, request: Subscribe) -> Error | None:
        name = request.instrument
        if request.channel != "listings":
            return None
        if not self._instruments[name].terms.pick:
            return error(Code.NO_LISTINGS, "instrument", instrument=name)
        if not self._ids.hidden:
            return error(Code.LISTINGS_NOT_HIDDEN, "channel")
        return None

    def _unpaired(self, request: Subscribe) -> Error | None:
        if request.channel != "premium":
            return None
        return self._rooms.premiums.refusal(request.instrument)

    def _excess(self, outbox: Outbox, target: Target) -> Error | None:
        followed = self._followed.get(outbox, {})
        covering = [other for other in followed if _overlap(other, target)]
        if covering:
            return error(Code.ALREADY_SUBSCRIBED, subscription=covering[0])
        if len(followed) >= self._max_subscriptions:
            limit = self._max_subscriptions
            return error(Code.TOO_MANY_SUBSCRIPTIONS, limit=limit)
        return None

    def _unplayable(self, request: Subscribe) -> Error | None:
        if request.channel != "executions":
            return None
        return self._rooms.executions.refusal(request.account, request.from_seq)


def _leave(outbox: Outbox, target: Target, topic: Topic) -> None:
    topic.remove(outbox)
    outbox.flushed -= target.flushed


def _overlap(one: Target, other: Target) -> bool:
    """Tell whether following both targets would send a frame twice."""
    if one.channel != other.channel or one.channel not in NARROWABLE:
        return one == other
    return "" in (one.instrument, other.instrument) or one == other
