"""What the log holds: commands in batches, and commands that only mark it."""

from __future__ import annotations

from typing import final

import msgspec

from .auctions import AuctionCommand, OpenAuction, PlaceBid
from .blocks import AcceptBlock, BlockCommand, ProposeBlock
from .market import MarketCommand
from .orders import OrderCommand
from .registry import FreezeCommand, MoveCommand, RegistryCommand
from .sessions import SessionCommand


@final
class GatewayOpened(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=50):
    """The first command of a gateway's new epoch, in that epoch's batch 0."""

    key: str


@final
class Checkpoint(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=51):
    """State what the exchange's digest was just before this command's batch.

    ``format`` is the snapshot's that was digested: of another one the digest says
    nothing.
    """

    key: str
    digest: bytes
    format: int = 1


@final
class ActivateSemantics(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=55):
    """Give every later command, of this batch too, the meaning of ``number``.

    It is greater than the present one, and cannot be undone: a build that does not
    know the number cannot apply the log any further.
    """

    key: str
    number: int


@final
class HideOrderIds(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=64):
    """Have clients see numbers of later orders that do not count the venue's orders.

    ``secret`` is 32 bytes that nobody can guess, from which the numbers are derived.
    There is one, for good: numbers that clients were told stay what they are.
    """

    key: str
    secret: bytes


@final
class SkipRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=56):
    """State that every reader passes over the row at ``position``, whose hash is ``row``.

    No build could apply that row. With ``leaves_out`` readers apply it without one
    thing that time does by itself there: when it is due (ns), its ``Due``, its id.

    An operator has signed this with ``key_id`` at ``time_ns`` (ns since the epoch):
    readers believe the signature alone. Where it stands in the log, this does nothing.
    """

    key: str
    position: int
    row: bytes
    key_id: str
    time_ns: int
    reason: str
    signature: str
    leaves_out: tuple[int, int, int] | None = None


# What a client ref stands for: the commands that carry one.
RefCommand = (
    MoveCommand | FreezeCommand | ProposeBlock | AcceptBlock | OpenAuction | PlaceBid
)
Command = (
    OrderCommand
    | MarketCommand
    | RegistryCommand
    | BlockCommand
    | AuctionCommand
    | SessionCommand
    | GatewayOpened
    | Checkpoint
    | ActivateSemantics
    | HideOrderIds
    | SkipRow
)


@final
class Batch(msgspec.Struct, frozen=True, gc=False):
    """Commands that were made durable together and take effect in order.

    ``n`` counts the batches of one ``gateway``'s ``epoch`` from 0, which holds
    exactly one command, GatewayOpened. A batch is accepted only as the next
    one of the gateway's newest epoch; any other changes nothing.
    """

    time_ns: int
    gateway: int
    epoch: int
    n: int
    commands: list[Command]
