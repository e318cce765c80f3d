"""Instruments and halts: what operators decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine.enums import BlockEnd, CancelReason, Permission, Reason
from carbonex.engine.events import (
    CompositeSet,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    Rejected,
)
from carbonex.engine.off_book.auctions import cancel_auctions
from carbonex.engine.off_book.blocks import expire_blocks
from carbonex.engine.orders.mass_cancels import all_in, request

from .bounds import bad_terms, too_many_sessions
from .dates import is_date
from .phases import (
    abandon_call,
    await_call,
    begin_call,
    follow_schedule,
    leave_schedule,
    phase_changed,
    set_phase,
)


if TYPE_CHECKING:
    from carbonex.engine.commands import (
        DelistInstrument,
        HaltInstrument,
        ListInstrument,
        ResumeInstrument,
        SetComposite,
        UpdateInstrument,
    )
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State


def list_instrument(state: State, command: ListInstrument) -> list[Event]:
    """Open a book; without a band it opens at once when a trading day is open."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if command.instrument in state.instruments:
        return [Rejected(Reason.ALREADY_EXISTS, "instrument")]
    rejected = _bad_terms(state, command) or _priceless(state, command)
    if rejected is not None:
        return [rejected]
    instrument = state.add_instrument(command)
    if not command.band_permille:
        admit(state, instrument, command.reference)
        begin_call(state, instrument)
        instrument.product.change()
    instrument.enter(state.phase_of(instrument), blocks=state.blocks_open(instrument))
    return [InstrumentListed(command), phase_changed(state, instrument)]


def update_instrument(state: State, command: UpdateInstrument) -> list[Event]:
    """Set the terms by which an instrument trades from a coming BeginDay on."""
    terms = command.terms
    instrument = _known(state, command.key, terms.instrument)
    if type(instrument) is Rejected:
        return [instrument]
    rejected = (
        _bad_terms(state, terms)
        or _immutable(instrument, terms)
        or _bandless(state, instrument, terms)
        or _past(state, command.effective_date)
        or _gone(instrument)
    )
    if rejected is not None:
        return [rejected]
    instrument.next_terms = replace(terms, key=command.key)
    instrument.next_terms_date = command.effective_date
    if instrument.tradable:
        instrument.awaits_price = False  # the terms that did are gone
    return [InstrumentUpdated(instrument.next_terms, command.effective_date)]


def delist_instrument(state: State, command: DelistInstrument) -> list[Event]:
    """End trading in an instrument for good; its orders are cancelled."""
    instrument = _found(state, command.key, command.instrument)
    if type(instrument) is Rejected:
        return [instrument]
    events = request(state, all_in(instrument, CancelReason.DELISTED))
    events += expire_blocks(state, instrument, BlockEnd.DELISTED)
    events += cancel_auctions(state, instrument)
    leave_schedule(state, instrument)
    instrument.delisted, instrument.halted = True, False
    instrument.next_terms, instrument.next_terms_date = None, 0
    instrument.call_waits_ns = 0
    instrument.awaits_price = False
    dismiss(instrument)
    instrument.product.change()
    events += set_phase(state, instrument)
    events.append(InstrumentDelisted(instrument.name))
    return events


def halt(state: State, command: HaltInstrument) -> list[Event]:
    """Stop trading; resting orders stay. A halt does not lengthen a session."""
    instrument = _found(state, command.key, command.instrument)
    if type(instrument) is Rejected:
        return [instrument]
    if instrument.halted:
        return [Rejected(Reason.HALTED, "instrument")]
    left_ns = abandon_call(state, instrument)
    instrument.call_waits_ns = max(instrument.call_waits_ns, left_ns)
    instrument.halted = True
    return set_phase(state, instrument)


def resume(state: State, command: ResumeInstrument) -> list[Event]:
    """End a halt, by a call auction where the terms have one or one was halted."""
    instrument = _found(state, command.key, command.instrument)
    if type(instrument) is Rejected:
        return [instrument]
    if not instrument.halted:
        return [Rejected(Reason.NOT_HALTED, "instrument")]
    instrument.halted = False
    await_call(instrument, instrument.terms.calls.resume_seconds)
    begin_call(state, instrument)
    return set_phase(state, instrument)


def set_composite(state: State, command: SetComposite) -> list[Event]:
    """Set the method by which a product's composite goes from the next BeginDay on."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    product = state.products.get(command.product)
    if product is None:
        return [Rejected(Reason.UNKNOWN_PRODUCT, "product")]
    product.announce(command.method)
    return [CompositeSet(product.name, command.method)]


def admit(state: State, instrument: Instrument, reference: int) -> None:
    """Let an instrument be traded by the day's schedule, from P0 in fen on.

    It counts in its product's composite, which is up to who calls to weigh anew. So
    is the call auction that may come first.
    """
    if not instrument.tradable:
        instrument.tradable = True
        tradable = instrument.product.instruments
        tradable.append(instrument)
        tradable.sort(key=lambda item: item.number)
    instrument.reference = instrument.close = reference
    lag = instrument.terms.resale_days
    instrument.sellable_day = state.day_number + lag if lag else 0
    follow_schedule(state, instrument)
    await_call(instrument, instrument.terms.calls.open_seconds)


def dismiss(instrument: Instrument) -> None:
    """Let an instrument not be traded, nor count in its product's composite."""
    if instrument.tradable:
        instrument.tradable = False
        instrument.product.instruments.remove(instrument)


def _found(state: State, key: str, name: str) -> Instrument | Rejected:
    """Return an instrument that an operator may change, or why not."""
    instrument = _known(state, key, name)
    if type(instrument) is Rejected:
        return instrument
    return _gone(instrument) or instrument


def _known(state: State, key: str, name: str) -> Instrument | Rejected:
    """Return an instrument, even a delisted one, if the key is an operator's."""
    instrument = state.instruments.get(name)
    if instrument is None:
        return Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
    if not state.permits(key, Permission.OPERATE):
        return Rejected(Reason.NOT_PERMITTED)
    return instrument


def _gone(instrument: Instrument) -> Rejected | None:
    """Check that an instrument is not delisted."""
    if instrument.delisted:
        return Rejected(Reason.NOT_TRADABLE, "instrument")
    return None


def _bad_terms(state: State, terms: ListInstrument) -> Rejected | None:
    """Check every parameter by the meaning that commands have now."""
    rejected = bad_terms(terms)
    if rejected is None and state.semantics >= 2:
        return too_many_sessions(terms)
    return rejected


def _priceless(state: State, command: ListInstrument) -> Rejected | None:
    """Check that a band will have a P0 to lie around."""
    if command.reference or not command.band_permille:
        return None
    product = state.products.get(command.product)
    if product is not None and product.first_reference():
        return None
    return Rejected(Reason.BAD_PARAMETER, "reference", 0, 1)


def _bandless(
    state: State, instrument: Instrument, terms: ListInstrument
) -> Rejected | None:
    """Check that an instrument that gets a band has a price for it to lie around."""
    traded = instrument.close or instrument.record.prices.last
    if state.semantics < 2 or traded or terms.reference:
        return None
    return _priceless(state, terms)


def _immutable(instrument: Instrument, terms: ListInstrument) -> Rejected | None:
    """Check that what an instrument's orders and tonnes stand on stays."""
    now = instrument.terms
    if terms.product != now.product:
        return Rejected(Reason.BAD_PARAMETER, "product")
    if terms.tick != now.tick:
        return Rejected(Reason.BAD_PARAMETER, "tick", terms.tick, now.tick)
    if terms.lot != now.lot:
        return Rejected(Reason.BAD_PARAMETER, "lot", terms.lot, now.lot)
    if now.vintage and terms.vintage != now.vintage:
        return Rejected(Reason.BAD_PARAMETER, "vintage", terms.vintage, now.vintage)
    return None


def _past(state: State, date: int) -> Rejected | None:
    """Check that terms may begin on ``date``: a day to come, or 0 for the next."""
    if not date or (date > state.last_day and is_date(date)):
        return None
    return Rejected(Reason.BAD_PARAMETER, "effective_date", date, state.last_day)
