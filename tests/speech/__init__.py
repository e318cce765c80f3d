"""The words of a scenario: text to commands, and events to text."""

from .words import INSTRUMENT, Words, parse, tell


__all__ = ["INSTRUMENT", "Words", "parse", "tell"]
