"""The command line: ``carbonex init``, ``serve``, ``demo``, ``replay``, ``verify`` …"""

from .app import main


__all__ = ["main"]
