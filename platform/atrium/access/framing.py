"""A link's pages inside a page of another site: on the origins that the link names, and nowhere else (ADR 020).

Cookies of a frame are its own: partitioned by the site around it, below the link's address alone, under names of their
own, so that they and those of a tab never meet. Whoever reads or sets a link's cookies knows nothing of it: `unframed`
gives a frame's cookies the usual names, and the middleware takes them back. A session is worth nothing below a link.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from atrium.errors.middleware import present
from atrium.middleware import Around

from .door import frames_of
from .guests import CODE, GUEST, KEY, holds_key

FRAMED = "framed-"
PROBE = "framed"
"""A cookie that the door of a frame looks for, to tell whether this browser keeps any."""
_OURS = re.compile("/[lr]/")
_BELOW = re.compile("/r/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/")
_FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})


def is_in_frame(request: HttpRequest) -> bool:
    """Whether this page goes into another, as the browser says."""
    return request.headers.get("Sec-Fetch-Dest") in _FRAMES


def _can_be_in_frame(request: HttpRequest) -> bool:
    """Where the browser does not say, it can."""
    return is_in_frame(request) or "Sec-Fetch-Dest" not in request.headers


def unframed(cookies: Mapping[str, str]) -> dict[str, str]:
    """A frame's cookies by their usual names; those of a tab, where there is a key among them, as they are."""
    if not _holds_frames(cookies):
        return dict(cookies)
    framed = {name.removeprefix(FRAMED): value for name, value in cookies.items() if name.startswith(FRAMED)}
    return framed | {name: value for name, value in cookies.items() if name not in (KEY, GUEST, CODE)}


def _holds_frames(cookies: Mapping[str, str]) -> bool:
    return FRAMED + KEY in cookies and KEY not in cookies


def set_probe(response: HttpResponseBase) -> None:
    response.set_cookie(PROBE, "1", max_age=60, path="/l/")
    _partition(response, PROBE)


def put_in_frame(response: HttpResponseBase, link_id: UUID) -> None:
    """What the response sets of a link's cookies becomes a frame's."""
    for name in (KEY, GUEST, CODE, settings.CSRF_COOKIE_NAME):
        known = response.cookies.pop(name, None)
        if known is None:
            continue
        response.cookies[FRAMED + name] = known.value
        framed = response.cookies[FRAMED + name]
        for attribute in ("max-age", "expires"):
            framed[attribute] = known[attribute]
        framed["path"], framed["httponly"] = f"/r/{link_id}/", True
        _partition(response, FRAMED + name)


def _partition(response: HttpResponseBase, name: str) -> None:
    """Browsers that know no partitions keep it as a cookie of third parties, or not at all."""
    response.cookies[name]["secure"] = True
    response.cookies[name]["samesite"] = "None; Partitioned"


def let_frame(response: HttpResponseBase, origins: tuple[str, ...]) -> None:
    """On exactly these; the policy of other pages names none."""
    if origins:
        response._csp_replace = {"frame-ancestors": list(origins)}  # type: ignore[attr-defined]
        response.headers.pop("X-Frame-Options", None)
        response.xframe_options_exempt = True  # type: ignore[attr-defined]


class FramingMiddleware(Around):
    """Stands before sessions and the check of forms, which read cookies, and after the content security policy."""

    def enter(self, request: HttpRequest) -> None:
        below = _BELOW.match(request.path)
        is_framed = below is not None and _holds_frames(request.COOKIES)
        request.framed_link = UUID(below[1]) if below and is_framed else None  # type: ignore[attr-defined]
        if _OURS.match(request.path):
            cookies = unframed(request.COOKIES)
            cookies.pop(settings.SESSION_COOKIE_NAME, None)
            request.COOKIES = cookies

    def leave(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        link_id = _whose_origins(request, response)
        return _put(request, response if link_id is None else _let(request, response, link_id))

    async def leave_async(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        link_id = _whose_origins(request, response)
        if link_id is not None:
            response = await database_sync_to_async(_let)(request, response, link_id)
        return _put(request, response)


def _whose_origins(request: HttpRequest, response: HttpResponse) -> UUID | None:
    """The link that says who may frame this; None where nobody may, or the browser says that nobody does."""
    below = _BELOW.match(request.path)
    is_page = response.status_code < 500 and response.headers.get("Content-Type", "").startswith("text/html")
    if below is None or not is_page or not _can_be_in_frame(request):
        return None
    link_id = UUID(below[1])  # who has only an id learns not even that there is such a link
    return link_id if holds_key(link_id, request.COOKIES) else None


def _let(request: HttpRequest, response: HttpResponse, link_id: UUID) -> HttpResponse:
    try:
        let_frame(response, frames_of(link_id))
    except (OperationalError, InterfaceError) as error:  # the database went between the view and here
        return present(error, request)
    return response


def _put(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.framed_link is not None:  # type: ignore[attr-defined]
        put_in_frame(response, request.framed_link)  # type: ignore[attr-defined]
    return response
