"""What happens: the events of each command, and what is so after it."""
