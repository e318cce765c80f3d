"""Block trades: propose, counter, accept, decline and withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from carbonex.wire import requests

from .checks import checked
from .errors import BlockStateUnknown
from .models import Block, Blocks
from .prices import price_text
from .trading import Trading


if TYPE_CHECKING:
    from typing import Unpack

    from carbonex.wire.requests import SideName

    from .prices import Price


class RefOptions(TypedDict, total=False):
    """Options of a request that moves value."""

    account: str  # required if the key has several accounts
    client_ref: str  # generated if omitted


class ProposalOptions(RefOptions, total=False):
    """Further options of propose_block."""

    counters: Block | str  # the counterparty's proposal that this one answers


class CounterOptions(RefOptions, total=False):
    """The fields a counter-offer changes; omitted fields stay as proposed."""

    price: Price
    quantity: int


@checked(RefOptions, ProposalOptions, CounterOptions)
class BlockTrading(Trading):
    """The block trading part of a venue, with a counterparty of the caller's choice.

    Blocks belong to the participant; an account trades them. Every request that moves
    value carries a client ref. A repetition with the same one has no further effect,
    and its answer is marked ``duplicate``.
    """

    async def propose_block(
        self,
        counterparty: str,
        side: SideName,
        instrument: str,
        quantity: int,
        price: Price,
        **options: Unpack[ProposalOptions],
    ) -> Block:
        """Offer a block to another participant; ``side`` is the proposer's.

        The proposal locks its cost until it is answered, withdrawn, or the instrument
        closes. See ProposalOptions.

        Raises:
            OrderRejected: If the market's rules do not allow it.
            BlockStateUnknown: If the connection was lost before the answer arrived.
            ConnectionLost: If there was no connection; nothing was sent.
            TypeError, ValueError: If the price is not exact; nothing was sent.

        """
        chosen = self._with_ref(options)
        sent = requests.ProposeBlock(
            instrument,
            side,
            price_text(price),
            quantity,
            counterparty,
            counters=_block_id(chosen.pop("counters", "")),
            **chosen,
        )
        return await self._ask_about_offer(
            sent,
            BlockStateUnknown,
            lambda since: self._fate_of_offering(since, sent, self.blocks, _block_id),
        )

    async def counter_block(
        self, block: Block, **options: Unpack[CounterOptions]
    ) -> Block:
        """Answer a proposal with another one, which ends it; see propose_block."""
        chosen: Any = {"quantity": block.quantity, "price": block.price, **options}
        return await self.propose_block(
            block.proposer,
            "sell" if block.side == "buy" else "buy",
            block.instrument,
            counters=block,
            **chosen,
        )

    async def accept_block(
        self, block: Block | str, **options: Unpack[RefOptions]
    ) -> Block:
        """Accept a block proposed to the key's participant; it trades at once.

        ``block`` is a Block or its id. The trade appears among the executions, with
        ``method`` block and the block's id as ``source_id``.

        Raises:
            UnknownBlock: If the block is not open (any more).
            OrderRejected, BlockStateUnknown, ConnectionLost: As for propose_block.

        """
        sent = requests.AcceptBlock(_block_id(block), **self._with_ref(options))
        return await self._ask_about_offer(sent, BlockStateUnknown)

    async def decline_block(self, block: Block | str) -> Block:
        """Decline a proposal made to the key's participant; see accept_block."""
        sent = requests.DeclineBlock(_block_id(block), self._any_account())
        return await self._ask_about_offer(sent, BlockStateUnknown)

    async def withdraw_block(
        self, block: Block | str, account: str | None = None
    ) -> Block:
        """Withdraw the account's own proposal; see accept_block."""
        known = block.account if isinstance(block, Block) else ""
        name = self._client.account_for(account or known or None)
        sent = requests.WithdrawBlock(_block_id(block), name)
        return await self._ask_about_offer(sent, BlockStateUnknown)

    async def blocks(self) -> list[Block]:
        """Return the open proposals by and to the key's participant, oldest first."""

        def blocks(answer: Blocks) -> list[Block]:
            return answer.blocks

        return await self._ask(requests.Blocks(self._any_account()), blocks)

    def _any_account(self) -> str:
        """Return any account of the key's participant.

        Raises:
            ValueError: If the key has no account.

        """
        accounts = self._client.accounts
        return self._client.account_for(accounts[0] if accounts else None)

    def _with_ref(self, options: RefOptions) -> dict[str, Any]:
        """Return ``options`` with default client ref and account filled in."""
        return {
            **options,
            "client_ref": options.get("client_ref") or self._next_id(),
            "account": self._client.account_for(options.get("account")),
        }


def _block_id(block: Block | str) -> str:
    return block.block_id if isinstance(block, Block) else block
