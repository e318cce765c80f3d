"""The exchange on the wire: venue, sessions, feeds and the WebSocket server."""
