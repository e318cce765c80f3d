"""The words of a scenario for supervision: thresholds and alerts.

Thresholds stand in a ``list`` line, those of a pair with a slash between them:

    list CEA cancel-ratio 500/20 quick-cancel 5000/1000 reverse-trades 100
    list CCER price-deviation 50/1000 high-low 20 volume-share 300/1000

An alert names whom it is about, the value and what it is held against, then the
orders and the trades behind it:

    alert reverse-trades maker taker 100 of 100, orders 1 2 3 4, trades 1 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.terms import Thresholds


if TYPE_CHECKING:
    from carbonex.engine import Alert

    from .words import Words


def thresholds(words: Words) -> Thresholds:
    """Take the words that are thresholds."""
    cancel_ratio, cancel_orders = _two(words, "cancel-ratio", 20)
    large_order, quick_cancel_ms = _two(words, "quick-cancel", 1000)
    vwap_deviation, vwap_volume = _two(words, "price-deviation", 1000)
    volume_share, share_volume = _two(words, "volume-share", 1000)
    return Thresholds(
        cancel_ratio,
        cancel_orders,
        large_order,
        quick_cancel_ms,
        words.number("reverse-trades"),
        vwap_deviation,
        vwap_volume,
        words.number("high-low"),
        volume_share,
        share_volume,
    )


def tell_alert(alert: Alert) -> str:
    """Return an alert as a supervisor would say it."""
    kind = alert.kind.name.lower().replace("_", "-")
    side = "" if alert.side is None else alert.side.name.lower()
    who = [kind, side, alert.participant, alert.counterparty]
    told = " ".join(word for word in who if word)
    told = f"alert {told} {alert.value} of {alert.limit}"
    for what, numbers in (("orders", alert.orders), ("trades", alert.trades)):
        if numbers:
            told += f", {what} {' '.join(map(str, numbers))}"
    return told


def _two(words: Words, keyword: str, default: int) -> tuple[int, int]:
    first, slash, second = words.value(keyword, "0").partition("/")
    return int(first), int(second) if slash else default
