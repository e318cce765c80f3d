"""How a walk over a broken text or broken bytes ends."""


class BrokenError(Exception):
    """Carries the sentence out of the walk."""


class EndError(Exception):
    """The text or the bytes end where they must go on."""
