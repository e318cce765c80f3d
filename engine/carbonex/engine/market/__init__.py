"""Instruments and the trading day: terms, prices, phases and statistics."""
