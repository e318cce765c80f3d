"""Commands about instruments, restrictions and the trading day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AnnulTrade,
    BeginDay,
    CancelDay,
    DelistInstrument,
    EndDay,
    HaltInstrument,
    ListInstrument,
    RestrictParticipant,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SuspendVenue,
    UpdateInstrument,
)
from carbonex.wire.dates import date_number
from carbonex.wire.terms import engine_terms
from carbonex.wire.units import NS_PER_US
from carbonex.wire.vocabulary import COMPOSITES, RESTRICTIONS

from .values import fen


if TYPE_CHECKING:
    from carbonex.wire import requests


def list_instrument(p: requests.ListInstrument, key: str) -> ListInstrument:
    """Return the command of list_instrument."""
    return _terms(p, key)


def update_instrument(p: requests.UpdateInstrument, key: str) -> UpdateInstrument:
    """Return the command of update_instrument."""
    date = date_number(p.effective_date) if p.effective_date else 0
    return UpdateInstrument(key, _terms(p, key), date)


def delist_instrument(p: requests.DelistInstrument, key: str) -> DelistInstrument:
    """Return the command of delist_instrument."""
    return DelistInstrument(key, p.instrument)


def halt(p: requests.Halt, key: str) -> HaltInstrument:
    """Return the command of halt."""
    return HaltInstrument(key, p.instrument)


def resume(p: requests.Resume, key: str) -> ResumeInstrument:
    """Return the command of resume."""
    return ResumeInstrument(key, p.instrument)


def set_composite(p: requests.SetComposite, key: str) -> SetComposite:
    """Return the command of set_composite."""
    return SetComposite(key, p.product, COMPOSITES[p.composite])


def suspend_venue(p: requests.SuspendVenue, key: str) -> SuspendVenue:
    """Return the command of suspend_venue."""
    return SuspendVenue(key, p.reason)


def resume_venue(p: requests.ResumeVenue, key: str) -> ResumeVenue:
    """Return the command of resume_venue."""
    return ResumeVenue(key, p.reason)


def annul_trade(p: requests.AnnulTrade, key: str) -> AnnulTrade:
    """Return the command of annul_trade."""
    return AnnulTrade(key, p.instrument, int(p.trade_id), p.reason)


def begin_day(p: requests.BeginDay, key: str) -> BeginDay:
    """Return the command of begin_day."""
    return BeginDay(key, date_number(p.date), p.ends * NS_PER_US)


def end_day(p: requests.EndDay, key: str) -> EndDay:
    """Return the command of end_day."""
    return EndDay(key)


def cancel_day(p: requests.CancelDay, key: str) -> CancelDay:
    """Return the command of cancel_day."""
    return CancelDay(key)


def restrict(p: requests.Restrict, key: str) -> RestrictParticipant:
    """Return the command of restrict."""
    return RestrictParticipant(key, p.participant, RESTRICTIONS[p.restriction])


def _terms(
    p: requests.ListInstrument | requests.UpdateInstrument, key: str
) -> ListInstrument:
    tick, reference = fen("tick", p.tick), fen("reference", p.reference)
    return engine_terms(key, p.instrument, p, tick, reference)
