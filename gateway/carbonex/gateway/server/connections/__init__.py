"""Clients: who is let in, their sockets, TLS and HTTP, messages in and out."""
