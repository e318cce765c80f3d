"""A request with one thing wrong, and exactly what its sender is told."""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    """An error's name, param and sentence."""

    name: str
    param: str
    message: str


class Bad(NamedTuple):
    """A message, and the error; method and req_id as far as they can be read."""

    data: str | bytes
    error: Told
    method: str = ""
    req_id: int | None = None


def malformed(problem: str, encoding: str = "JSON") -> Told:
    return Told("MALFORMED", "", f"the message is not one {encoding} object: {problem}")


def unknown(owner: str, param: str, advice: str) -> Told:
    member = param.rpartition(".")[2]
    return Told("UNKNOWN_MEMBER", param, f"{owner} has no member {member}; {advice}")


def missing(owner: str, param: str, wanted: str) -> Told:
    member = param.rpartition(".")[2]
    return Told("MISSING_MEMBER", param, f"{owner} needs {member}: {wanted}")


def bad_type(param: str, wanted: str, given: str) -> Told:
    return Told("BAD_TYPE", param, f"{param} must be {wanted}, not {given}")


def repeated(param: str) -> Told:
    message = f"{param} is given more than once; send it once"
    return Told("REPEATED_MEMBER", param, message)


def label(bad: Bad) -> str:
    """Return a test id."""
    return f"{bad.method or 'frame'}-{bad.error.name}-{bad.error.param}"


def call(params: str, method: str = "add_order") -> str:
    return f'{{"method":"{method}","params":{params},"req_id":9}}'


def other(method: str, params: str, told: Told) -> Bad:
    return Bad(call(params, method), told, method, 9)


MONEY = 'a decimal string of CNY with at most two decimals, such as "74.63"'
NAME = "a string of 1 to 36 characters"
TONNES = "an integer of tonnes, within 64 bits"
REQ_ID = "an integer of 64 bits, or left out"
INEXACT = "a binary float cannot hold 0.01 exactly"
ORDER_ID = 'a string of digits such as "1042"'
MICROS = "an integer of microseconds since the epoch"
