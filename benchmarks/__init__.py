"""Benchmarks; each compares with a baseline of the same run."""
