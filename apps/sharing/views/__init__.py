"""Pages of links: opening one, the bench below it, and what a guest does there."""
