"""Commands about block trades."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.enums import Side


@final
class ProposeBlock(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=60):
    """Propose a block trade to another participant; the proposer's cost is locked.

    ``counters`` is the number of the counterparty's proposal that this one answers, and
    thereby ends, or 0.
    """

    key: str
    account: str
    instrument: str
    side: Side
    price: int
    quantity: int
    counterparty: str
    client_ref: str
    counters: int = 0


@final
class AcceptBlock(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=61):
    """Accept a proposal to the account's participant; the trade settles at once."""

    key: str
    account: str
    block_id: int
    client_ref: str


@final
class DeclineBlock(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=62):
    """Decline a proposal made to the account's participant."""

    key: str
    account: str
    block_id: int


@final
class WithdrawBlock(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=63):
    """Withdraw the account's own proposal."""

    key: str
    account: str
    block_id: int


BlockCommand = ProposeBlock | AcceptBlock | DeclineBlock | WithdrawBlock
