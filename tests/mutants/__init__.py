"""Mutants of the engine: small changes, each of which some test must notice."""
