"""Orders in the book: how they come, match, change, wait and leave."""
