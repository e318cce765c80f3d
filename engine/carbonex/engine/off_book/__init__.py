"""Trades beside the book: blocks, and one-way auctions."""
