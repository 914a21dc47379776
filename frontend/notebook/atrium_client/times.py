"""Times as the API writes them (RFC 3339, UTC)."""

from datetime import datetime


def parse(text: object) -> datetime | None:
    """The time, or None for an empty value."""
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
