"""Operator commands for instruments: listing, terms, delisting, halts, composites."""

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

from .bounds import bad_terms
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
    """List an instrument; without a band it trades at once if a day is open."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if command.instrument in state.instruments:
        return [Rejected(Reason.ALREADY_EXISTS, "instrument")]
    rejected = bad_terms(command) or _priceless(state, command)
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
    """Announce an instrument's terms, effective from a coming BeginDay on."""
    terms = command.terms
    instrument = _known(state, command.key, terms.instrument)
    if type(instrument) is Rejected:
        return [instrument]
    rejected = (
        bad_terms(terms)
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
        instrument.awaits_price = False  # the terms that awaited a price are replaced
    return [InstrumentUpdated(instrument.next_terms, command.effective_date)]


def delist_instrument(state: State, command: DelistInstrument) -> list[Event]:
    """Delist an instrument for good and cancel its orders, blocks and auctions."""
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
    """Halt an instrument; resting orders stay. A halt does not extend a session."""
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
    """End a halt, with a call auction if the terms set it or the halt stopped it."""
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
    """Announce a product's composite method, effective from the next BeginDay on."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    product = state.products.get(command.product)
    if product is None:
        return [Rejected(Reason.UNKNOWN_PRODUCT, "product")]
    product.announce(command.method)
    return [CompositeSet(product.name, command.method)]


def admit(state: State, instrument: Instrument, reference: int) -> None:
    """Make an instrument tradable on the day's schedule; ``reference`` is P0 in fen.

    It then counts in its product's composite. The caller must reweigh the composite,
    and begin the call auction that may come first.
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
    """Make an instrument untradable and remove it from its product's composite.

    The caller must reweigh the composite.
    """
    if instrument.tradable:
        instrument.tradable = False
        instrument.product.instruments.remove(instrument)


def _found(state: State, key: str, name: str) -> Instrument | Rejected:
    """Return an instrument that the key's operator may change, or the refusal."""
    instrument = _known(state, key, name)
    if type(instrument) is Rejected:
        return instrument
    return _gone(instrument) or instrument


def _known(state: State, key: str, name: str) -> Instrument | Rejected:
    """Return an instrument, delisted or not, or the refusal."""
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


def _priceless(state: State, command: ListInstrument) -> Rejected | None:
    """Check that there will be a P0 for the band."""
    if command.reference or not command.band_permille:
        return None
    product = state.products.get(command.product)
    if product is not None and product.first_reference():
        return None
    return Rejected(Reason.BAD_PARAMETER, "reference", 0, 1)


def _bandless(
    state: State, instrument: Instrument, terms: ListInstrument
) -> Rejected | None:
    """Check that an instrument whose new terms have a band has a price for it."""
    traded = instrument.close or instrument.record.prices.last
    if traded or terms.reference:
        return None
    return _priceless(state, terms)


def _immutable(instrument: Instrument, terms: ListInstrument) -> Rejected | None:
    """Check that product, tick, lot and vintage stay: orders and tonnes rely on them.

    A vintage may be set where there was none.
    """
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
    """Check that terms may take effect on ``date``: a later day, or 0 for the next."""
    if not date or (date > state.last_day and is_date(date)):
        return None
    return Rejected(Reason.BAD_PARAMETER, "effective_date", date, state.last_day)
