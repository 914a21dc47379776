"""Logs, health and the id that follows a request."""
