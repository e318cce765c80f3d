"""Set up the market before it opens: instruments, companies, cash, tonnes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from carbonex.sdk import connect, generate_key

from .cast import MAKERS, MANDATED, PRODUCTS


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.sdk import Key, Venue


MAX_LISTED = 99_999  # tonnes per order: from 100,000 on it would be a block trade


async def furnish(url: str, operator_key: Path, seconds: float) -> dict[str, Key]:
    """Set up everything that the cast needs; return each company's key.

    Buyers receive the cash for their mandate and a tenth more. Sellers receive
    exactly their tonnes: ``seconds`` of trading at their rate.
    """
    async with connect(url, operator_key) as venue:
        for product in PRODUCTS:
            await venue.list_instrument(
                product.instrument, product=product.product, max_quantity=MAX_LISTED
            )
        keys = {}
        for role in (*MAKERS, *MANDATED):
            keys[role.account] = await _admit(venue, role.account)
        await _endow_makers(venue)
        await _endow_mandated(venue, seconds)
        return keys


async def _admit(venue: Venue, company: str) -> Key:
    key = generate_key(company)
    await venue.register_participant(company)
    await venue.open_account(company, company)
    await venue.add_key(company, key.key_id, key.public_text, ["read", "trade"])
    return key


async def _endow_makers(venue: Venue) -> None:
    for maker in MAKERS:
        await _deposit(venue, maker.account, maker.cash)
        for product in PRODUCTS:
            await _issue(venue, maker.account, product.instrument, maker.tonnes)


async def _endow_mandated(venue: Venue, seconds: float) -> None:
    references = {product.instrument: product.reference for product in PRODUCTS}
    for role in MANDATED:
        tonnes = round(role.rate * seconds)
        if role.verb == "buys":
            cost = tonnes * references[role.instrument]
            await _deposit(venue, role.account, cost * 11 // 10)
        else:
            await _issue(venue, role.account, role.instrument, tonnes)


async def _deposit(venue: Venue, account: str, fen: int) -> None:
    await venue.deposit(account, Decimal(fen).scaleb(-2), f"cash-{account}")


async def _issue(venue: Venue, account: str, instrument: str, tonnes: int) -> None:
    await venue.issue(account, instrument, tonnes, f"{instrument}-{account}")
