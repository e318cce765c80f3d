"""Book orders: placing, matching, amending, stop orders and cancelling."""
