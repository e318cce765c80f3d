"""Interfaces to the machine: clocks, file descriptors, log lines."""
