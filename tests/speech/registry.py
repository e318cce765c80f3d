"""The words of a scenario about participants, what they own and what they owe."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from carbonex.engine import (
    AccountOpened,
    EligibilityRule,
    EligibilitySet,
    Freeze,
    FreezeChanged,
    KeyAdded,
    KeyRevoked,
    Moved,
    ObligationSet,
    ParticipantRegistered,
    ParticipantRestricted,
    Restriction,
    RestrictParticipant,
    Retire,
    SetEligibility,
    SetObligation,
    Surrender,
    Unfreeze,
)
from carbonex.wire.money import format_fen, parse_fen


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonex.engine import Command, Event, FreezeCommand

    from .words import Words


_RESTRICTIONS = {
    restriction.name.lower().replace("_", "-"): restriction
    for restriction in Restriction
}
_WORDS = {restriction: word for word, restriction in _RESTRICTIONS.items()}


def tell(event: Event) -> str | None:
    """Return an event as the registry would say it, if it is one of its own."""
    match event:
        case ParticipantRegistered() | KeyAdded() | KeyRevoked() | AccountOpened():
            return _tell_new(event)
        case Moved(_, duplicate):
            return "done before" if duplicate else "done"
        case FreezeChanged():
            return _tell_freeze(event)
        case ParticipantRestricted(participant, restriction):
            return f"restricted {participant} {_WORDS[restriction]}"
        case ObligationSet(terms, surrendered, offset):
            told = f"{terms.participant} owes {terms.due} for {terms.year}"
            told += f" surrendered {surrendered}" if surrendered else ""
            return told + (f" offset {offset}" if offset else "")
        case EligibilitySet(terms):
            return f"{terms.product} has {len(terms.rules)} rules"
        case _:
            return None


def _tell_new(
    event: ParticipantRegistered | KeyAdded | KeyRevoked | AccountOpened,
) -> str:
    match event:
        case ParticipantRegistered(participant):
            return f"registered {participant}"
        case KeyAdded(terms):
            return f"added key {terms.key_id}"
        case KeyRevoked(key_id):
            return f"revoked {key_id}"
        case AccountOpened(terms):
            return f"opened {terms.account}"


def _tell_freeze(event: FreezeChanged) -> str:
    if event.duplicate:
        return "done before"
    written = str if event.terms.instrument else format_fen
    told = f"{written(event.frozen)} frozen"
    return told + (f" and {written(event.pending)} to be" if event.pending else "")


def _restrict(words: Words) -> RestrictParticipant:
    return RestrictParticipant(words.key, words.take(), _RESTRICTIONS[words.take()])


def _obligation(words: Words) -> SetObligation:
    year = words.number("for")
    return SetObligation(words.key, words.take(), year, int(words.take()))


def _surrender(words: Words) -> Surrender:
    year, quantity = words.number("for"), int(words.take())
    return Surrender(words.key, words.account, words.take(), quantity, year, words.ref)


def _eligibility(words: Words) -> SetEligibility:
    product, rules = words.take(), []
    while text := words.take():
        vintages, years, *more = text.split("/")
        until = more.pop(0) if more else ""
        rules.append(
            EligibilityRule(
                *_ends(vintages), *_ends(years), int(until or 0), tuple(more)
            )
        )
    return SetEligibility(words.key, product, tuple(rules))


def _ends(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first or 0), int(last or 0)


def _retire(words: Words) -> Retire:
    out = words.choice({"out": True}, default=False)
    quantity = int(words.take())
    return Retire(words.key, words.account, words.take(), quantity, words.ref, out)


def _freeze(kind: type[FreezeCommand], words: Words) -> FreezeCommand:
    text, name = words.take(), words.take()
    key, account, ref, why = words.key, words.account, words.ref, "order 7"
    if name == "cash":
        return kind(key, account, "", 0, ref, why, parse_fen(text))
    return kind(key, account, name, int(text), ref, why)


VERBS: Mapping[str, Callable[[Words], Command]] = {
    "surrender": _surrender,  # maker: surrender 5 CEA for 2024
    "retire": _retire,  # maker: retire 5 CEA, maker: retire 5 CEA out
    "obligation": _obligation,  # obligation maker 100 for 2024
    # vintages, years, the last date, instruments: eligibility CEA 2021-2024/-2025
    "eligibility": _eligibility,  # eligibility CEA -2024/2019-/20251231 -/-//CEA/CEA21
    "freeze": partial(_freeze, Freeze),  # maker: freeze 5 CEA, maker: freeze 9.00 cash
    "unfreeze": partial(_freeze, Unfreeze),  # maker: unfreeze 2 CEA
    "restrict": _restrict,  # restrict maker sell-only, restrict maker none
}
