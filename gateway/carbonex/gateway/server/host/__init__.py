"""What the server gets from the machine it runs on: time, descriptors, log lines."""
