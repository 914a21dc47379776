"""REST: endpoints, examples and predictions."""
