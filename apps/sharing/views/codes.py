"""The door of a link with a list of addresses: the address first, then the code that was mailed to it."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from uuid6 import uuid7

from apps.sharing.codes import CODE_LIFE, ask_code, give_code, recognise
from atrium.access.door import grant_for
from atrium.access.guests import CODE, set_guest, set_key, stamp_of, visit_of
from atrium.access.views import see
from atrium.errors import Invalid, NotFound, Problem

_SALT = "atrium.codes"
WRONG = "This code is not right, or its time is over. Look at the newest mail, or have another one sent."


def _waits_for(request: HttpRequest, link_id: UUID) -> UUID | None:
    try:
        link, code_id = signing.loads(request.COOKIES.get(CODE, ""), salt=_SALT, max_age=CODE_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return UUID(code_id) if link == str(link_id) else None


def ask_at_door(request: HttpRequest, link_id: UUID, error: str = "", status: int = 403) -> HttpResponse:
    """The form for the address or, after it, for the code."""
    waits = _waits_for(request, link_id) is not None and "again" not in request.GET
    context = {"waits": waits, "error": error, "minutes": int(CODE_LIFE.total_seconds() // 60)}
    response = render(request, "sharing/code.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["POST"])
def give_at_door(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """`email` has a code mailed, if it may; `code` opens. The answer to an address is the same for every address."""
    here = f"/r/{link_id}/"
    try:
        visit_of(link_id, request.COOKIES)
    except Problem as problem:
        if problem.code != "code_needed":
            raise
    else:
        return see(here)
    team_id, grant, lock = grant_for(link_id)
    where = request.META.get("REMOTE_ADDR", "")
    if "code" not in request.POST:
        try:
            code_id = ask_code(team_id, grant, email=request.POST.get("email", ""), where=where)
        except Invalid as problem:
            return ask_at_door(request, link_id, problem.message, status=400)
        response = see(here)
        _remember(response, link_id, signing.dumps([str(link_id), str(code_id)], salt=_SALT))
        return response
    waiting = _waits_for(request, link_id)
    if waiting is None:
        return see(here)
    address = give_code(team_id, grant, code_id=waiting, code=request.POST["code"])
    if address is None:
        return ask_at_door(request, link_id, WRONG)
    if address not in lock.addresses:
        raise NotFound
    response = see(here)
    set_key(response, link_id, stamp_of(lock, address))
    set_guest(response, link_id, recognise(team_id, grant, address, uuid7()))
    response.delete_cookie(CODE, path=here)
    return response


def _remember(response: HttpResponse, link_id: UUID, value: str) -> None:
    response.set_cookie(
        CODE,
        value,
        max_age=int(CODE_LIFE.total_seconds()),
        path=f"/r/{link_id}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
