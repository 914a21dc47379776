"""From a link's secret, or a mailed way back, to the page below `/r/{link_id}/`. Looking writes nothing."""

from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.sharing.services import return_of
from atrium.access.door import frames_of, grant_for, link_behind
from atrium.access.framing import is_in_frame, let_frame, put_in_frame, set_probe
from atrium.access.guests import set_guest, set_key, stamp_of, visit_of
from atrium.access.limits import give_back, guessed, limit
from atrium.access.views import see
from atrium.errors import NotFound, Problem

WRONG_PASSCODES, WINDOW_SECONDS = 10, 600


def _redirect(link_id: UUID) -> HttpResponse:
    response = see(f"/r/{link_id}/")
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD"])
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Exchange the secret for a cookie; whether the link still stands is said on the clean address."""
    link_id = link_behind(secret)
    if link_id is None:
        guessed("link", request.META.get("REMOTE_ADDR", ""))
        raise NotFound
    origins = frames_of(link_id) if is_in_frame(request) else ()
    if origins:
        return _door_of_frame(request, link_id, origins)
    response = _redirect(link_id)
    set_key(response, link_id, "")  # enough for a link without a lock; one with a passcode or a list asks there
    return response


def _door_of_frame(request: HttpRequest, link_id: UUID, origins: tuple[str, ...]) -> HttpResponse:
    """A page that goes on to the bench where the browser kept the cookies, and else offers a tab of its own."""
    response = render(request, "sharing/frame.html", {"bench": f"/r/{link_id}/"})
    response["Referrer-Policy"] = "no-referrer"
    set_key(response, link_id, "")
    put_in_frame(response, link_id)
    set_probe(response)
    let_frame(response, origins)
    return response


@require_http_methods(["POST"])
def give_passcode(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Check a passcode; wrong ones are limited by address."""
    try:
        visit_of(link_id, request.COOKIES)
    except Problem as problem:
        if problem.code != "passcode_needed":
            raise
    address = request.META.get("REMOTE_ADDR", "")
    _, _, lock = grant_for(link_id)
    if lock.passcode:
        who = f"{address}:{link_id}"
        limit("passcode", who, count=WRONG_PASSCODES, seconds=WINDOW_SECONDS)  # before it is compared: no more guesses
        if not check_password(request.POST.get("passcode", ""), lock.passcode):
            return ask_passcode(request, "This passcode is not right. Ask the person who sent you the link.")
        give_back("passcode", who, seconds=WINDOW_SECONDS)
    response = _redirect(link_id)
    set_key(response, link_id, stamp_of(lock))
    return response


def ask_passcode(request: HttpRequest, error: str = "") -> HttpResponse:
    response = render(request, "sharing/passcode.html", {"error": error}, status=403)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, secret: str) -> HttpResponse:
    """A mailed way back: a page with one button, since mail scanners fetch addresses; the button spends it."""
    if request.method != "POST":
        _return_of(request, secret, use=False)
        response = render(request, "sharing/return.html")
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store"
        return response
    link_id, guest_id = _return_of(request, secret, use=True)
    _, _, lock = grant_for(link_id)
    response = _redirect(link_id)
    set_key(response, link_id, stamp_of(lock))  # one with a list of addresses asks for a code here as well
    set_guest(response, link_id, guest_id)
    return response


def _return_of(request: HttpRequest, secret: str, *, use: bool) -> tuple[UUID, UUID]:
    try:
        return return_of(secret, use=use)
    except NotFound:
        guessed("way back", request.META.get("REMOTE_ADDR", ""))
        raise
