"""From a data directory to a venue that is ready to go on."""
