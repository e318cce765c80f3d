"""Orders that are to be cancelled, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass

from carbonex.engine import CancelReason, Side


@dataclass
class Mass:
    """Orders to cancel: of ``accounts`` (all if None), instrument, side and session.

    Up to ``newest``; those up to ``number`` of account number ``place`` were looked at.
    """

    reason: CancelReason
    accounts: list[str] | None = None
    instrument: str = ""
    side: Side | None = None
    session: str = ""
    newest: int = 0
    place: int = 0
    number: int = 0

    @property
    def clears(self) -> bool:
        return self.reason in {CancelReason.OUT_OF_BAND, CancelReason.TERMS_CHANGED}

    @property
    def chosen(self) -> tuple[object, ...]:
        return self.reason, self.accounts, self.instrument, self.side, self.session
