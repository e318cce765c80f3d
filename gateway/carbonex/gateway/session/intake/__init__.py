"""From a request's params to the engine's command, or to why there is none.

Here names become numbers: prices fen, microseconds nanoseconds, ids integers.
What only the gateway can see wrong is refused here, before the log; whatever
the market decides is left to the engine.
"""
