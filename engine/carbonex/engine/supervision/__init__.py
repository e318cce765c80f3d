"""Supervision: alerts about suspicious trading, and the records behind them."""
