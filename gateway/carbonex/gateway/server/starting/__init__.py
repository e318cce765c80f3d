"""Starting a venue: from its data directory to a venue that can go online."""
