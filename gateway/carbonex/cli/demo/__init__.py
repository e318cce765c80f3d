"""The demo: a venue, its traders, a kill -9, and an audit of everything said."""
