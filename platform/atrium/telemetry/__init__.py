"""Logs, health, the watch over what Atrium stands on, and the id that follows a request."""
