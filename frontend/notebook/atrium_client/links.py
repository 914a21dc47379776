"""A link: what lets somebody without an account in, to one endpoint, with one role, until it ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .cards import card
from .connection import Connection
from .errors import NotFound
from .times import parse


class Link:
    """A permissioned link. `str(link)` is its URL: whoever holds it gets in. It is known only to the one who made it.

    role: `view` (stored examples), `try` (own cases too) or `review` (flags and messages too). expires_at: a time in
    UTC, or None. label: for the link manager. addresses: whom alone it opens for; none: for who holds it. embed:
    origins on whose pages it may be shown.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._url = str(form.get("url") or "")
        self._iframe = str(form.get("iframe") or "")
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.role = str(form["role"])
        self.label = str(form.get("label") or "")
        self.expires_at: datetime | None = parse(form.get("expires_at"))
        self.addresses = tuple(str(address) for address in form.get("addresses") or ())
        self.embed = tuple(str(origin) for origin in form.get("embed") or ())
        self.revoked = form.get("state") == "revoked"

    @property
    def url(self) -> str:
        """The secret URL; raises NotFound for a link that was listed rather than made here."""
        if not self._url:
            raise NotFound("The URL of a link is shown once, to the one who makes it. Make another one with share().")
        return self._url

    @property
    def iframe(self) -> str:
        """The markup that shows it on a page of `embed`; "" where there are none, or its URL is not known here."""
        return self._iframe if self.embed else ""

    def show_on(self, *origins: str) -> "Link":
        """On whose pages it may be shown from now on: these (`https://clinic.example`) and no others; none for nowhere.

        A frame that is open elsewhere stays until it is loaded again. Raises Invalid for what is no origin, Conflict
        for a link that is over.
        """
        change = {"embed": list(origins)}
        self._read(self._connection.patch(f"links/{self.id}", change, action="change where the link is shown"))
        return self

    def revoke(self) -> None:
        """Close the link, for open pages too, within a second. Flags and threads that came through it stay."""
        self._connection.delete(f"links/{self.id}", action="revoke the link")
        self.revoked = True

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        state = "revoked" if self.revoked else f"until {self.expires_at:%Y-%m-%d}" if self.expires_at else "no end"
        return f"<Link {self.label or self.id} ({self.role}, {state})>"

    def _repr_html_(self) -> str:
        facts = [("role", self.role), ("ends", self.expires_at and f"{self.expires_at:%d %B %Y %H:%M} UTC")]
        facts.append(("opens for", ", ".join(self.addresses)))
        facts.append(("shown on", ", ".join(self.embed)))
        facts.append(("address", self._url if not self.revoked else ""))
        return card(
            "Link", self.label or self.role, url="" if self.revoked else self._url,
            state="revoked" if self.revoked else "open", tone="bad" if self.revoked else "good", facts=facts,
        )  # fmt: skip
