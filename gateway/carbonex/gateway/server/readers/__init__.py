"""Readers of the log beside the server: the follower process, history queries."""
