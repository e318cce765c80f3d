"""What looks like abuse: alerts, and what they are made of."""
