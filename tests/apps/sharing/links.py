"""A browser at a link, as a guest's is."""

import json
from typing import Any
from uuid import UUID

import httpx
from django.test import Client

from atrium.access.guests import guest_cookie, key_cookie
from atrium.access.principals import Guest
from tests.services import site

JSON = {"Accept": "application/json"}


class Browser:
    """One browser that followed one link; `url` is what it works below."""

    def __init__(self, link_id: UUID, secret: str) -> None:
        self.client = Client()
        self.url = f"/r/{link_id}/"
        self.opened = self.client.get(f"/l/{secret}")

    def get(self, rest: str = "") -> Any:
        return self.client.get(self.url + rest)

    def send(self, rest: str, body: Any = None, method: str = "POST") -> Any:
        data = json.dumps(body or {})
        return self.client.generic(method, self.url + rest, data, content_type="application/json", headers=JSON)

    def ask(self, body: Any) -> httpx.Response:
        """A prediction, of the running web process: its view waits on the process's own event loop."""
        token = "a" * 32
        headers = {"Cookie": f"{self.cookies()}; csrftoken={token}", "X-CSRFToken": token, "Origin": site().url}
        return httpx.post(f"{site().url}{self.url}predictions", json=body, headers=headers | JSON, timeout=20)

    def cookies(self) -> str:
        """As a header; a browser sends both to addresses below `url` only."""
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())

    @property
    def me(self) -> str:
        """The id that this browser's guest has now."""
        page = self.get().content.decode()
        state = page.split('id="bench-state" type="application/json">')[1].split("</script>")[0]
        return str(json.loads(state)["guest"]["id"])


def browser_of(guest: Guest) -> Browser:
    """The browser of a guest who has come before, on a link without a passcode."""
    browser = Browser(guest.grant.link_id, "none")
    browser.client.cookies["key"] = key_cookie(guest.grant.link_id, "")
    browser.client.cookies["guest"] = guest_cookie(guest.grant.link_id, guest.guest_id)
    return browser
