"""Instruments and the trading day: terms, prices, phases, statistics."""
