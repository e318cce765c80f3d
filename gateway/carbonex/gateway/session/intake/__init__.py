"""Build the engine's command from a request's params, or refuse the request.

Text becomes numbers here: prices become fen, microseconds nanoseconds, ids integers.
Errors that only the gateway can see are refused before the log. Market decisions are
left to the engine.
"""
