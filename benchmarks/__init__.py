"""Measurements against something in the same run: ``python -m benchmarks``."""
