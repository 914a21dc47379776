"""The door of `/r/{link_id}/`: two signed cookies whose path is that link's.

`key` proves that the link's secret was opened here, and its passcode or a mailed code given; `guest` says which guest
this browser is, and ends after 12 idle hours, as what a mailed code opened does. Neither is worth anything on another
link: both name theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from uuid6 import uuid7

from atrium.errors import NotFound, Problem
from atrium.tenancy.context import team_context

from .admission import vouch
from .door import Lock, grant_for
from .principals import Guest
from .views import GuardedView

KEY, GUEST = "key", "guest"
CODE = "code"
"""The cookie that says for which mailed code this browser waits."""
KEY_SECONDS = 90 * 24 * 3600
IDLE_SECONDS = 12 * 3600
_SALT = "atrium.guests."


@dataclass(frozen=True, slots=True)
class Visit:
    """What the cookies of a request say. is_new: the browser had no guest of this link yet."""

    guest: Guest
    is_new: bool


def stamp_of(lock: Lock, address: str = "") -> str:
    """Ties a key to what was given for it: the passcode, or the address on the list that a code was mailed to."""
    given = f"address:{address}" if lock.addresses else lock.passcode
    return sha256(given.encode()).hexdigest()[:16] if given else ""


def holds_key(link_id: UUID, cookies: Mapping[str, str]) -> bool:
    """Whether the link's secret was opened in this browser, whatever became of the link."""
    return _read(cookies, KEY, link_id, KEY_SECONDS) is not None


def key_cookie(link_id: UUID, stamp: str) -> str:
    return signing.dumps([str(link_id), stamp], salt=_SALT + KEY)


def guest_cookie(link_id: UUID, guest_id: UUID) -> str:
    return signing.dumps([str(link_id), str(guest_id)], salt=_SALT + GUEST)


def _read(cookies: Mapping[str, str], name: str, link_id: UUID, seconds: int) -> str | None:
    try:
        link, value = signing.loads(cookies.get(name, ""), salt=_SALT + name, max_age=seconds)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(value) if link == str(link_id) else None


def visit_of(link_id: UUID, cookies: Mapping[str, str]) -> Visit:
    """Who comes. Raises NotFound without a key, link_expired, link_revoked, and passcode_needed or code_needed."""
    stamp = _read(cookies, KEY, link_id, KEY_SECONDS)
    if stamp is None:
        raise NotFound
    team_id, grant, lock = grant_for(link_id)
    if lock.addresses:
        fresh = _read(cookies, KEY, link_id, IDLE_SECONDS)
        if fresh not in {stamp_of(lock, address) for address in lock.addresses}:
            raise Problem("code_needed")
    elif stamp_of(lock) != stamp:
        raise Problem("passcode_needed")
    known = _read(cookies, GUEST, link_id, IDLE_SECONDS)
    guest_id = uuid7() if known is None else UUID(known)
    if known is not None:
        vouch(guest_id)
    return Visit(Guest(team_id, guest_id, grant), known is None)


def set_key(response: HttpResponseBase, link_id: UUID, stamp: str) -> None:
    _set(response, KEY, key_cookie(link_id, stamp), link_id, KEY_SECONDS)


def set_guest(response: HttpResponseBase, link_id: UUID, guest_id: UUID) -> None:
    _set(response, GUEST, guest_cookie(link_id, guest_id), link_id, IDLE_SECONDS)


def _set(response: HttpResponseBase, name: str, value: str, link_id: UUID, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"/r/{link_id}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class GuestView(GuardedView, guard=True):
    """A page of a link: `self.guest`, and one transaction over view and render. Renews the guest's cookie."""

    guest: Guest
    holds_context: ClassVar[bool] = True

    def dispatch(self, request: HttpRequest, *args: Any, link_id: UUID, **kwargs: Any) -> HttpResponseBase:
        visit = visit_of(link_id, request.COOKIES)
        self.guest = visit.guest
        if self.holds_context:
            with team_context(self.guest):
                response = self.guarded(request, *args, **kwargs)
        else:
            response = self.guarded(request, *args, **kwargs)
        set_guest(response, link_id, self.guest.guest_id)
        response["X-Robots-Tag"] = "noindex"
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response
