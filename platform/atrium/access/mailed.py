"""Secrets that go out by mail: made when the mail is written, so that no chore's arguments and no row ever hold one."""

from secrets import token_urlsafe
from typing import Any, Protocol

from .door import digest


class Addressed(Protocol):
    """A row to which a mailed address leads; it keeps the digest of that address's secret."""

    secret_hash: Any

    def save(self, *, update_fields: list[str]) -> None: ...


def renew_secret(row: Addressed) -> str:
    """A fresh secret for the mail that is about to be sent; the one before it stops working."""
    secret = token_urlsafe(32)
    row.secret_hash = digest(secret)
    row.save(update_fields=["secret_hash"])
    return secret
