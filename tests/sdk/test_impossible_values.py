"""Every public method of a venue, with values that none of its parameters can have.

The methods are found, not listed: one that is new, or has a new parameter, fails here
until ``GOOD`` and ``WRONG`` have a row for it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import inspect
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from carbonex.sdk import (
    SHANGHAI,
    Auction,
    Balances,
    Block,
    DeadMansSwitch,
    EligibilityRule,
    Fees,
    NewOrder,
    Terms,
    Venue,
    VenueError,
    administration,
    blocks,
    connect,
    generate_key,
    load_key,
    new_order,
    order,
)
from carbonex.sdk.models import Bid
from carbonex.sdk.stream import Stream


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdk.market import Market


NAN: Final = float("nan")
NOON: Final = dt.datetime(2026, 7, 29, 12, 0, tzinfo=SHANGHAI)
TODAY: Final = dt.date(2026, 7, 29)
PUBLIC_KEY: Final = generate_key("new").public_text

NOT_TEXT: Final = (5, True, None, NAN, b"CEA25", ["CEA25"], object())
NAME: Final = (*NOT_TEXT, "", "x" * 37, "x\ud800")
ID: Final = (*NOT_TEXT, "", "abc", "0", "-1", "1042\n", "1" * 19, 1042)
NOT_WHOLE: Final = ("5", True, None, NAN, float("inf"), 1.5, 5.0, [5], Decimal(5), "")
WHOLE: Final = (*NOT_WHOLE, 2**70, -(2**70), 10**5000)
WORD: Final = (5, True, None, "", "sideways", ["buy"], b"buy")
MONEY: Final = (
    *(74.63, NAN, 7463, True, None, ["74.63"], b"74.63"),
    *("", "market price", "74.631", "-1", "1e2", "NaN", "\uff174"),
    *(Decimal("NaN"), Decimal("Infinity"), Decimal(-1), Decimal("74.631")),
    *(Decimal("1E+999999999"), Decimal("1E-999999999")),
)
DAY: Final = ("2026-13-45", "2026-07-29", "", 20260729, NOON, None, True, NAN)
MOMENT: Final = (
    *("2026-07-29", "", 1_785_000_000, TODAY, None, True, NAN),
    *(NOON.replace(tzinfo=None), dt.datetime.max.replace(tzinfo=dt.UTC)),
    *(dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(1960, 1, 1, tzinfo=dt.UTC)),
)
FLAG: Final[tuple[Any, ...]] = (1, 0, "no", None, "", [])
THING: Final = (*ID, ("1",), {"order_id": "1"})
SECTION: Final[tuple[Any, ...]] = (5, None, "", {"maker": 1}, [], NAN)
ORDER: Final = NewOrder("buy", "CEA25", 5, "70.00")
BLOCK: Final = Block("7", "maker", "taker", "CEA25", "buy", Decimal(70), 1_000, "open")
BID: Final = Bid("7", "7", "maker", Decimal(70), 5, "open", "r-1")
AUCTION: Final = Auction(
    *("7", "CEA25", "sell", 5, 1, 2, "pay_as_bid", "fill_valid", True, "open")
)


class Row(NamedTuple):
    """What a parameter may be, for the others' sake, and what it may not."""

    good: Any
    wrong: tuple[Any, ...]


ROWS: Final[dict[str, Row]] = {
    **{
        name: Row(good, NAME)
        for name, good in {
            "account": "maker",
            "to_account": "taker",
            "instrument": "CEA25",
            "product": "CEA",
            "participant": "maker",
            "counterparty": "taker",
            "client_ref": "r-1",
            "client_order_id": "a-1",
            "key_id": "new",
        }.items()
    },
    "reason": Row("by mistake", (*NOT_TEXT, "", "x" * 10_000)),
    "public_key": Row(PUBLIC_KEY, NOT_TEXT),
    **{
        name: Row(5, WHOLE)
        for name in (
            *("quantity", "display_quantity", "bidder_limit", "year", "due"),
            *("max_client_ids", "max_open_orders", "max_stop_orders"),
            *("lot", "max_quantity", "market_protection_permille", "band_permille"),
            *("take_levels", "resale_days", "offset_permille", "position_limit"),
            *("large_holder_permille", "min_display_permille", "vintage"),
        )
    },
    "from_seq": Row(1, (*WHOLE, -1)),
    "seconds": Row(5, (*WHOLE, -1, 86_401)),
    "dead_mans_switch.seconds": Row(5, (*WHOLE, -1, 0, 86_401)),
    "depth": Row(10, (*WHOLE, -1, 11)),
    "interval_ms": Row(100, (*WHOLE, -1, 0, 99)),
    "trade_id": Row("1", ("", "abc", "0", -1, 0, True, None, 1.0, ["1"], "1" * 19)),
    **{
        name: Row("70.00", MONEY)
        for name in ("price", "stop_price", "amount", "reserve", "tick", "reference")
    },
    **{
        name: Row(good, WORD)
        for name, good in {
            "side": "buy",
            "time_in_force": "day",
            "post_only": "off",
            "self_trade": "cancel_newest",
            "composite": "mean",
            "restriction": "none",
            "pricing": "uniform",
            "too_few_bids": "cancel",
        }.items()
    },
    "permissions": Row(["read"], (5, None, "read", [], ["fly"], [5], b"read")[:3]),
    "order_kinds": Row((), ("market", 5, None, ["fly"], [5])),
    **{name: Row(True, FLAG) for name in ("sealed", "multi_day")},
    **{name: Row(NOON, MOMENT) for name in ("expires", "ends", "opens", "closes")},
    **{name: Row(TODAY, DAY) for name in ("date", "effective_date")},
    "order": Row("1", (*THING, BLOCK)),
    "order_id": Row("1", ID),
    "add_orders.orders": Row(
        [ORDER], (5, None, "ab", b"ab", [], [ORDER] * 51, ["1"], [5], {"a": ORDER})
    ),
    "cancel_orders.orders": Row(
        ["1"], (5, None, "12", b"12", [], ["1"] * 51, [5], ["abc"], [""], {"1": 5})
    ),
    "pick": Row(
        ["1"],
        (5, None, "123", b"1", [5], ["abc"], [""], {"1": 5}, ["1"] * 51, [None]),
    ),
    **{f"{kind}_instrument.pick": Row(True, FLAG) for kind in ("list", "update")},
    "block": Row("7", (*THING, BID)),
    "counters": Row("7", (*THING, BID)),
    "counter_block.block": Row(BLOCK, (*THING, "7", BID)),
    "auction": Row("7", (*THING, BLOCK)),
    "bid": Row("7", (*THING, AUCTION)),
    "terms": Row(
        Terms(),
        (
            *(*SECTION, Fees()),
            Terms(lot=True),
            Terms(tick=0.01),  # type: ignore[arg-type]
            Terms(fees=5),  # type: ignore[arg-type]
            Terms(fees=Fees(maker=1.5)),  # type: ignore[arg-type]
            Terms(order_kinds=("fly",)),  # type: ignore[arg-type]
        ),
    ),
    **{
        name: Row(getattr(Terms(), name), SECTION)
        for name in ("fees", "blocks", "auctions", "calls", "thresholds")
    },
    "sessions": Row((), ("09:30", 5, None, [["09:30"]], [["9", "10"]], [[1, 2]])),
    "rules": Row(
        [],
        (
            *(5, None, "rules", [5], ["r"], [None]),
            [EligibilityRule(vintage_from=1.5)],  # type: ignore[arg-type]
            [EligibilityRule(until=TODAY)],  # type: ignore[arg-type]
        ),
    ),
}
# What is as good as left out.
LEFT_OUT: Final[dict[str, tuple[Any, ...]]] = {
    **{
        f"{way}.{name}": (None,)
        for way in ("buy", "sell")
        for name in ("stop_price", "expires")
    },
    **{f"{way}.client_order_id": ("",) for way in ("buy", "sell")},
    **{f"amend.{name}": (None,) for name in ("price", "quantity", "stop_price")},
    **{
        f"open_auction.{name}": (None,)
        for name in ("reserve", "bidder_limit", "pricing", "too_few_bids", "sealed")
    },
}
OPTIONS: Final[dict[str, Any]] = {
    each.__name__: each
    for each in (
        *(new_order.OrderOptions, order.Changes),
        *(blocks.RefOptions, blocks.ProposalOptions, blocks.CounterOptions),
        *(administration.TermChanges, administration.AccountCaps),
        administration.AuctionOptions,
    )
}


def methods() -> dict[str, Callable[..., Any]]:
    """Return the public methods of a venue."""
    found = inspect.getmembers(Venue, inspect.isfunction)
    return {name: method for name, method in found if not name.startswith("_")}


def parameters(method: Callable[..., Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield each parameter and option, its default, and whether it must be given."""
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            for option in OPTIONS[
                parameter.annotation[len("Unpack[") : -1]
            ].__annotations__:
                yield (
                    option,
                    parameter.empty,
                    option in ("opens", "closes", "client_ref"),
                )
        else:
            default = parameter.default
            yield name, default, default is parameter.empty


def row(method: str, name: str) -> Row:
    return ROWS.get(f"{method}.{name}") or ROWS[name]


def good(method: str) -> dict[str, Any]:
    """Return what the method needs."""
    given = {
        name: row(method, name).good
        for name, _, needed in parameters(methods()[method])
        if needed
    }
    return given | ({"order": "1"} if method in ("amend", "cancel") else {})


def impossible(method: str) -> Iterator[tuple[str, Any]]:
    """Yield each parameter with each value that it cannot have."""
    for name, default, _ in parameters(methods()[method]):
        allowed = LEFT_OUT.get(f"{method}.{name}", ())
        for value in row(method, name).wrong:
            if value is not default and not any(value is each for each in allowed):
                yield name, value


async def outcome(made: Any) -> Any:
    """Return what a method comes to; of a stream its first item."""
    if inspect.isawaitable(made):
        return await made
    if inspect.isasyncgen(made):
        return [item async for item in made]
    if isinstance(made, DeadMansSwitch):
        async with made:
            return made
    return await made.next() if isinstance(made, Stream) else made


def state(venue: Venue) -> tuple[object, ...]:
    """Return what a call could leave behind."""
    client = venue._client
    return (
        client._last_req_id,
        len(client._pending) + len(client._waiting) + len(client._out),
        sorted(client._executions),
        sorted(map(str, client.subscriptions._active)),
        client.state,
        client.memory.restored,
    )


async def mistakes(venue: Venue, method: str) -> list[str]:
    """Return which impossible values are not refused as they should be."""
    found = []
    call = getattr(venue, method)
    for name, value in impossible(method):
        before, text = state(venue), ""
        shown = f"{method}({name}={type(value).__name__} {str(value)[:30] if not isinstance(value, int) or abs(value) < 2**80 else '10**5000'})"
        try:
            await asyncio.wait_for(outcome(call(**(good(method) | {name: value}))), 5)
        except (TypeError, ValueError) as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001 - it is reported
            text = f"raised {error!r}"
        if not text.startswith(name):
            found.append(f"{shown}: {text or 'was accepted'}")
        if state(venue) != before:
            found.append(f"{shown} has changed the session")
    return found


async def test_no_method_takes_an_impossible_value(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        await venue.ping()  # what connect has asked for is answered
        found = [each for name in methods() for each in await mistakes(venue, name)]
        assert not found, "\n".join(found)
        assert (await venue.buy("CEA25", 5, "70.00")).is_open


async def test_no_method_takes_an_option_that_it_does_not_have(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        await venue.ping()
        before = state(venue)
        for name in methods():
            with pytest.raises(TypeError, match="postonly"):
                await outcome(getattr(venue, name)(**good(name), postonly="reject"))
        with pytest.raises(
            TypeError, match="no option 'postonly'; did you mean post_only"
        ):
            await venue.buy("CEA25", 5, "70.00", postonly="reject")  # type: ignore[call-arg]
        assert state(venue) == before


def test_an_order_that_cannot_be_is_not_made() -> None:
    for field in dataclasses.fields(NewOrder):
        for value in row("buy", field.name).wrong:
            if value is field.default:
                continue
            changed: dict[str, Any] = {
                "side": "buy",
                "instrument": "CEA25",
                "quantity": 5,
                "price": "1",
            }
            with pytest.raises((TypeError, ValueError), match=f"^{field.name}"):
                NewOrder(**(changed | {field.name: value}))


@pytest.mark.parametrize("make", [generate_key, load_key])
@pytest.mark.parametrize("name", [5, None, True, ""])
def test_a_key_needs_a_name(make: Callable[[Any], object], name: object) -> None:
    with pytest.raises((TypeError, ValueError), match="key"):
        make(name)


@pytest.mark.parametrize("instrument", [5, None, True])
def test_a_holding_is_of_an_instrument(instrument: Any) -> None:
    balances = Balances("maker", Decimal(0), Decimal(0), Decimal(0), [])
    with pytest.raises(TypeError, match="instrument must be a string"):
        balances.holding(instrument)


# What only the venue knows. A stream is refused at its first item.
UNKNOWN: Final[dict[str, Any]] = {
    "instrument": "CEA99",
    "product": "EUA",
    "account": "nobody",
    "participant": "nobody",
    "counterparty": "nobody",
    "to_account": "nobody",
}
BEYOND: Final[dict[str, tuple[Any, ...]]] = {
    "quantity": (0, -5),
    "price": ("0.00", "99999999999.00"),
    "amount": ("0.00",),
    "display_quantity": (-5,),
    "stop_price": ("0.00",),
}


# They make what they name.
MAKING: Final = frozenset({"list_instrument", "register_participant", "open_account"})


async def beyond(venue: Venue, method: str) -> list[str]:
    """Return which values that the market does not have are not refused."""
    found = []
    for name, _, _ in parameters(methods()[method]):
        values = BEYOND.get(name, ()) + ((UNKNOWN[name],) if name in UNKNOWN else ())
        for value in values:
            try:
                made = getattr(venue, method)(**(good(method) | {name: value}))
                told = await asyncio.wait_for(outcome(made), 3)
                found.append(f"{method}({name}={value!r}) came to {told!r}")
            except (VenueError, ValueError):
                pass
            except Exception as error:  # noqa: BLE001 - it is reported
                found.append(f"{method}({name}={value!r}) raised {error!r}")
    return found


@pytest.mark.parametrize("who", ["maker", "operator"])
async def test_what_the_market_does_not_have_is_refused(
    market: Market, who: str
) -> None:
    async with connect(market.url, market.keys[who]) as venue:
        others = methods().keys() - MAKING
        found = [each for name in others for each in await beyond(venue, name)]
        assert not found, "\n".join(found)
