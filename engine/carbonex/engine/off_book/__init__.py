"""Trades outside the book: blocks and one-way auctions."""
