"""Pages of endpoints, and a team's pictures."""
