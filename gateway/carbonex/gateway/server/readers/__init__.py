"""Readers of the log beside the server: the follower's process, and the past."""
