"""``python -m carbonex.cli`` is the same as ``carbonex``."""

from .app import main


main()
