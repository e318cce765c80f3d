"""Client connections: admission, sockets, TLS, HTTP, messages in and out."""
