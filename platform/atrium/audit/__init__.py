"""What was done, by whom, to what: append-only."""
