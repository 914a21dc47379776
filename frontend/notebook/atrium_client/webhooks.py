"""Webhooks: addresses of programs that are told what happens in a project."""

from collections.abc import Mapping
from typing import Any

from .cards import card
from .connection import Connection


class Webhook:
    """One address. secret: known only to the one who made it, or who renewed it here; each telling is signed with it.

    events: what it is told. is_on, off_because: whether it is told at all; after three days of failure it is not.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.address = str(form["url"])
        self.events = tuple(str(event) for event in form["events"])
        self.note = str(form.get("note") or "")
        self.is_on = bool(form.get("is_on", True))
        self.off_because = str(form.get("off_because") or "")
        self.secret = str(form.get("secret") or "")
        self.url = str(form.get("page") or "")

    def switch(self, on: bool) -> "Webhook":
        """On or off. Switched on it begins anew; what it missed can be sent again from its log."""
        self._read(self._connection.patch(f"webhooks/{self.id}", {"is_on": on}, action="switch the webhook"))
        return self

    def renew_secret(self) -> "Webhook":
        """Another secret, in `secret`; for a day the one before signs as well."""
        self._read(self._connection.post(f"webhooks/{self.id}/rotate", action="renew the webhook's secret"))
        return self

    def test(self) -> None:
        """Send `webhook.test`; what became of it stands in `deliveries`."""
        self._connection.post(f"webhooks/{self.id}/test", action="test the webhook")

    def deliveries(self) -> list[dict[str, Any]]:
        """Its log of 30 days, as the API gives each: id, event, state, attempts, status, problem, delivery, …"""
        return [dict(form) for form in self._connection.pages(f"webhooks/{self.id}/deliveries", action="read the log")]

    def send_again(self, delivery: str) -> None:
        """delivery: of one in the log, which goes once more under the same id."""
        self._connection.post(f"deliveries/{delivery}/redeliver", action="send it again")

    def delete(self) -> None:
        """Delete it with its log."""
        self._connection.delete(f"webhooks/{self.id}", action="delete the webhook")

    def row(self) -> dict[str, Any]:
        """As one line of a table, without its secret."""
        return {name: getattr(self, name) for name in ("id", "address", "events", "note", "is_on", "off_because")}

    def __repr__(self) -> str:
        return f"<Webhook {self.address} ({'on' if self.is_on else 'off'}): {', '.join(self.events)}>"

    def _repr_html_(self) -> str:
        state, tone = ("on", "good") if self.is_on else ("off", "bad")
        facts = [("told of", ", ".join(self.events)), ("note", self.note), ("off because", self.off_because)]
        return card("Webhook", self.address, url=self.url, state=state, tone=tone, facts=facts)
