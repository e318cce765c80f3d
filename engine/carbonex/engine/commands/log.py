"""What the log holds: batches of commands, and commands that only mark the log."""

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
    """State the exchange's digest just before this command's batch.

    ``format`` is the snapshot format that was digested; the digest proves nothing about
    any other format.
    """

    key: str
    digest: bytes
    format: int = 1


@final
class ActivateSemantics(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=55):
    """Apply all commands after this one, in this batch too, by semantics ``number``.

    The number must be greater than the present one, and the change is irreversible: a
    build that does not know the number cannot apply the rest of the log.
    """

    key: str
    number: int


@final
class HideOrderIds(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=64):
    """Give clients order ids, from now on, that do not reveal the venue's order count.

    ``secret`` is 32 random bytes from which the ids are derived. It can be set once,
    for good: ids that clients have received stay valid.
    """

    key: str
    secret: bytes


@final
class SkipRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=56):
    """Let every reader skip the row at ``position``, whose hash is ``row``.

    No build could apply that row. With ``leaves_out``, readers apply the row but omit
    one timed action that is due there: its due time (ns), its ``Due`` and its id.

    An operator signed this with ``key_id`` at ``time_ns`` (ns since the epoch); readers
    rely on the signature alone. Applying this row itself has no effect.
    """

    key: str
    position: int
    row: bytes
    key_id: str
    time_ns: int
    reason: str
    signature: str
    leaves_out: tuple[int, int, int] | None = None


# The commands that carry a client ref.
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
    """Commands that were made durable together and are applied in order.

    ``n`` counts the batches of one ``epoch`` of a ``gateway`` from 0; batch 0 holds
    exactly one command, GatewayOpened. A batch is accepted only if it is the next one
    of the gateway's newest epoch; any other batch has no effect.
    """

    time_ns: int
    gateway: int
    epoch: int
    n: int
    commands: list[Command]
