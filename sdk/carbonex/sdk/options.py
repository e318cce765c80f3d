"""What connect may be told beyond the URL and the key, and what it may not."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.requests import MAX_GRACE_MS

from .requester import Timeouts


if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    from .witness import Witness


CODECS: Final[dict[str, Codec]] = {codec.name: codec for codec in (JSON, MSGPACK)}
MAX_GRACE_SECONDS: Final = MAX_GRACE_MS // 1000


class Options(TypedDict, total=False):
    """What connect may be told beyond the URL and the key."""

    account: str  # meant wherever none is named; needed if the key has several
    encoding: Literal["json", "msgpack"]  # "json"
    timeouts: Timeouts  # Timeouts()
    tls: ssl.SSLContext | str | Path  # for wss://; the authorities this machine trusts
    witness: Witness  # ``venue.witness`` of an earlier run
    session: str  # the name by which the venue knows this client's orders
    cancel_on_disconnect: bool  # False; see connect
    grace: float  # seconds, 0
    cancel_at_exit: bool  # False


def check(options: Mapping[str, Any]) -> None:
    """See that each option is one, and can be.

    A misspelt ``cancel_on_disconnect`` would leave a trader's orders unprotected.

    Raises:
        TypeError: If there is no such option, or its value is of another type.
        ValueError: If its value cannot be.

    """
    known = sorted(Options.__optional_keys__)
    for name in options:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            advice = (
                f"did you mean {close[0]}?" if close else f"it has {_listed(known)}"
            )
            raise TypeError(f"connect() has no option {name}; {advice}")
    for name in ("cancel_on_disconnect", "cancel_at_exit"):
        if not isinstance(value := options.get(name, False), bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    for name in ("account", "session"):
        if not isinstance(value := options.get(name, ""), str):
            raise TypeError(f"{name} must be a string, not {value!r}")
    if (encoding := options.get("encoding", JSON.name)) not in CODECS:
        raise ValueError(f"encoding must be {' or '.join(CODECS)}, not {encoding!r}")
    _check_seconds(options)


def _check_seconds(options: Mapping[str, Any]) -> None:
    grace = options.get("grace", 0)
    if not (_is_number(grace) and 0 <= grace <= MAX_GRACE_SECONDS):
        limit = f"{MAX_GRACE_SECONDS:,}"
        raise ValueError(f"grace must be 0 to {limit} seconds, not {grace!r}")
    timeouts = options.get("timeouts", Timeouts())
    if not isinstance(timeouts, Timeouts):
        raise TypeError(f"timeouts must be Timeouts(…), not {timeouts!r}")
    for name, seconds in timeouts._asdict().items():
        if not (_is_number(seconds) and 0 < seconds < math.inf):
            text = f"timeouts.{name} must be seconds above 0, not {seconds!r}"
            raise ValueError(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(names: list[str]) -> str:
    return ", ".join(names)
