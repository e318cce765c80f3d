"""Participants, keys, accounts, cash, tonnes and obligations."""
