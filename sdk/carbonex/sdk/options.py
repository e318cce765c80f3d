"""The options of connect, and their checks."""

from __future__ import annotations

import ssl
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, TypeGuard

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.keys import Key
from carbonex.wire.requests import MAX_GRACE_MS

from .checks import check as check_parameter, meant, shown
from .requester import Timeouts
from .witness import Witness


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


CODECS: Final[dict[str, Codec]] = {codec.name: codec for codec in (JSON, MSGPACK)}
MAX_GRACE_SECONDS: Final = MAX_GRACE_MS // 1000
SHORTEST_GRACE: Final = 0.001  # seconds; the wire has milliseconds
LONGEST_TIMEOUT: Final = 86_400  # seconds


class Options(TypedDict, total=False):
    """Options of connect besides the URL and the key."""

    account: str  # the default account; required if the key has several
    encoding: Literal["json", "msgpack"]  # "json"
    timeouts: Timeouts  # Timeouts()
    tls: ssl.SSLContext | str | Path  # for wss://; the authorities this machine trusts
    witness: Witness  # ``venue.witness`` of an earlier run
    session: str  # the name by which the venue knows this client's orders
    cancel_on_disconnect: bool  # False; see connect
    grace: float  # seconds to the millisecond, 0
    cancel_at_exit: bool  # False


def check(url: str, key: object, options: Mapping[str, Any]) -> None:
    """Check the names and values of the options.

    A misspelt ``cancel_on_disconnect`` would leave a trader's orders unprotected.

    Raises:
        TypeError: If an option does not exist, or a value has the wrong type.
        ValueError: If a value is invalid.

    """
    for name in options:
        if name not in Options.__optional_keys__:
            advice = meant(name, Options.__optional_keys__)
            raise TypeError(f"connect() has no option {name}; {advice}")
    for name, value in (("url", url), ("key", key)):
        _CHECKS[name](value)
    for name, value in options.items():
        _CHECKS[name](value)


def check_key_for(key: object, options: Mapping[str, Any]) -> None:
    """Check that there is a key for options that need one.

    Raises:
        ValueError: If there is no key.

    """
    for name in ("account", "session"):  # what needs a session needs its key, too
        if key is None and options.get(name):
            raise ValueError(f"{name} needs a key: connect(url, key=…)")


def _check_url(value: object) -> None:
    if not isinstance(value, str):
        raise _wrong_type("url", 'a string such as "ws://127.0.0.1:8080"', value)


def _check_key(value: object) -> None:
    if isinstance(value, Key) and isinstance(value.private_key, Ed25519PrivateKey):
        return
    if not (value is None or isinstance(value, str | Path)):
        raise _wrong_type("key", "a key file or a Key", value)
    if value == "":
        raise ValueError("key must be a key file or a Key, not ''")


def _check_encoding(value: object) -> None:
    words = " or ".join(CODECS)
    if not isinstance(value, str):
        raise _wrong_type("encoding", words, value)
    if value not in CODECS:
        raise ValueError(f"encoding must be {words}, not {shown(value)}")


def _check_tls(value: object) -> None:
    if not (value is None or isinstance(value, ssl.SSLContext | str | Path)):
        raise _wrong_type("tls", "a file of authorities or an SSLContext", value)


def _check_witness(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, Witness):
        raise _wrong_type("witness", "the venue.witness of an earlier run", value)
    try:
        msgspec.convert(msgspec.structs.asdict(value), Witness)
    except msgspec.ValidationError as error:
        raise TypeError(f"witness: {error}") from None


def _check_grace(value: object) -> None:
    if not (
        _is_number(value)
        and (value == 0 or SHORTEST_GRACE <= value <= MAX_GRACE_SECONDS)
    ):
        limits = f"0, or {SHORTEST_GRACE} to {MAX_GRACE_SECONDS:,} seconds"
        raise ValueError(f"grace must be {limits}, not {shown(value)}")


def _check_timeouts(value: object) -> None:
    if not isinstance(value, Timeouts):
        raise _wrong_type("timeouts", "Timeouts(…)", value)
    for name, seconds in value._asdict().items():
        if not (_is_number(seconds) and 0 < seconds <= LONGEST_TIMEOUT):
            limits = f"seconds above 0, at most {LONGEST_TIMEOUT:,}"
            raise ValueError(f"timeouts.{name} must be {limits}, not {shown(seconds)}")


def _flag(name: str) -> Callable[[object], None]:
    def check_flag(value: object) -> None:
        if not isinstance(value, bool):
            raise _wrong_type(name, "True or False", value)

    return check_flag


_CHECKS: Final[dict[str, Callable[[Any], None]]] = {
    "url": _check_url,
    "key": _check_key,
    "account": partial(check_parameter, "account"),
    "session": partial(check_parameter, "session"),
    "encoding": _check_encoding,
    "tls": _check_tls,
    "witness": _check_witness,
    "grace": _check_grace,
    "timeouts": _check_timeouts,
    "cancel_on_disconnect": _flag("cancel_on_disconnect"),
    "cancel_at_exit": _flag("cancel_at_exit"),
}


def _wrong_type(name: str, words: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {words}, not {shown(value)}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
