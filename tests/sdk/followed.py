"""An account whose executions a scripted venue tells, and what it tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.wire import requests
from sdk.script import Script, logged_in, only


if TYPE_CHECKING:
    from carbonex.sdk import Order
    from carbonex.sdk.executions import Executions, ExecutionStream


SENT = requests.AddOrder(
    "CEA25", "buy", 500, price="74.63", client_order_id="a-1", account="acme-1"
)


class NoDesk:
    """These orders are neither amended nor cancelled by themselves."""

    async def amend(self, order: Order, **changes: object) -> Any:
        raise NotImplementedError

    async def cancel(self, order: Order) -> Any:
        raise NotImplementedError


def following(
    newest: int = 0, *, accept: bool = True, **log: Any
) -> tuple[Script, Executions, ExecutionStream]:
    """Return a script, an account that is followed, and a stream of it.

    ``log`` is what the venue tells of its log.
    """
    script = logged_in(**log)
    executions = script.client.executions("acme-1", NoDesk())
    stream = executions.stream_from(0)
    [subscribe] = only(script.hear(), "subscribe")
    if accept:
        script.accept(subscribe)
        script.frame("executions", "snapshot", snapshot(newest))
    return script, executions, stream


def ask_back(
    script: Script, executions: Executions, from_seq: int = 3
) -> tuple[ExecutionStream, dict[str, Any]]:
    """Want the past: return its stream, and the request that waits for an answer."""
    past = executions.stream_from(from_seq)
    script.client.subscribe(executions)
    unsubscribe, subscribe = script.hear()
    assert subscribe["params"]["from_seq"] == from_seq
    script.accept(unsubscribe)
    return past, subscribe


def seen(stream: ExecutionStream) -> list[int]:
    """Return what the stream holds now, and take it."""
    numbers = [item.exec_seq for item in stream._items]
    stream._items.clear()
    return numbers


def snapshot(newest: int) -> dict[str, Any]:
    return {"account": "acme-1", "exec_seq": newest, "orders": [], "seq": 1}


def execution(exec_seq: int, **changes: Any) -> dict[str, Any]:
    return {
        "account": "acme-1",
        "exec_seq": exec_seq,
        "event": "new",
        "order_id": "1042",
        "instrument": "CEA25",
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "day",
        "price": "74.63",
        "quantity": 500,
        "filled": 0,
        "remaining": 500,
        "status": "open",
        "seq": 1,
        "time": 1,
        "client_order_id": "a-1",
        **changes,
    }
