"""The bench of a link, and everything a guest does on it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from uuid6 import uuid7

from apps.endpoints.api.predict import answer, read_request
from apps.endpoints.pictures import picture_response
from apps.endpoints.predictions import ask, cancel, keep
from apps.endpoints.selectors import endpoint_for, picture_for, prediction_for
from apps.feedback.services import flag_prediction, write_message
from apps.sharing.bench import bench_state, guest_place, prediction_view, thread_of, thread_view
from apps.sharing.services import arrive, introduce
from apps.sharing.withdrawal import withdraw
from atrium.access.guests import GuestView, visit_of
from atrium.access.limits import limit
from atrium.access.principals import Guest
from atrium.access.views import see
from atrium.errors import FieldError, Invalid, NotFound, Problem
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context

from .opening import ask_passcode

PREDICTIONS_A_MINUTE = 240
FLAGS_A_MINUTE = 30


class BenchView(GuestView):
    """The page. It writes nothing: the guest's row comes with its first socket or POST."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        endpoint = endpoint_for(self.guest, self.guest.grant.endpoint_id)
        state = bench_state(self.guest, endpoint, guest_place(self.guest))
        return TemplateResponse(request, "sharing/bench.html", {"state": state, "endpoint": endpoint})


def bench(request: HttpRequest, link_id: UUID) -> HttpResponseBase:
    """The bench, or the form that asks for the link's passcode."""
    try:
        visit_of(link_id, request.COOKIES)
    except Problem as problem:
        if problem.code == "passcode_needed":
            return ask_passcode(request)
        raise
    return BenchView.as_view()(request, link_id=link_id)


def limited(guest: Guest, what: str, count: int) -> None:
    """By guest and link, never by address: a hospital is one address."""
    limit(what, f"{guest.grant.link_id}:{guest.guest_id}", count=count, seconds=60)


async def predict(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Asynchronous, since it waits: see `apps.endpoints.api.predict`."""
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        guest = await database_sync_to_async(_arrived)(request, link_id)
        prediction = await ask(guest, guest.grant.endpoint_id, read_request(request))
        shown = await database_sync_to_async(_shown)(guest, prediction.pk)
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)
    response = answer(prediction, shown)
    response["Cache-Control"] = "no-store"
    return response


def _arrived(request: HttpRequest, link_id: UUID) -> Guest:
    guest = visit_of(link_id, request.COOKIES).guest
    limited(guest, "predict", PREDICTIONS_A_MINUTE)
    arrive(guest)
    return guest


def _shown(guest: Guest, prediction_id: UUID) -> dict[str, Any]:
    with team_context(guest):
        return prediction_view(guest, prediction_for(guest, prediction_id), guest_place(guest))


def body_of(request: HttpRequest) -> dict[str, Any]:
    """A small JSON object."""
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem("malformed", f"The body cannot be read as JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Problem("malformed", "Send a JSON object.")
    return body


class PredictionView(GuestView):
    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(_shown(self.guest, prediction_id))


class KeepView(GuestView):
    holds_context = False

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        keep(self.guest, prediction_id)
        return JsonResponse(_shown(self.guest, prediction_id))


class CancelView(GuestView):
    holds_context = False

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        cancel(self.guest, prediction_id)
        return JsonResponse(_shown(self.guest, prediction_id), status=202)


class FlagView(GuestView):
    holds_context = False

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        limited(self.guest, "flag", FLAGS_A_MINUTE)
        body = body_of(request)
        named = named_guest(self.guest, body)
        judgement = {name: body[name] for name in ("verdict", "message", "correction", "marks") if name in body}
        judgement.setdefault("verdict", "")
        flag = flag_prediction(named, prediction_id, **judgement)
        with team_context(named):
            prediction = prediction_for(named, prediction_id)
            shown = prediction_view(named, prediction, guest_place(named))
            thread = thread_view(named, flag.thread)
        return JsonResponse({"flag": shown["flag"], "thread": thread}, status=201)


def named_guest(guest: Guest, body: dict[str, Any]) -> Guest:
    """The guest with the name that it gives with what it sends."""
    name, email = body.get("name") or "", body.get("email") or ""
    if not isinstance(name, str) or not isinstance(email, str):
        raise Invalid(FieldError("name", "text", "A name and an address are text."))
    visit = introduce(guest, name=name, email=email)
    return Guest(guest.team_id, guest.guest_id, guest.grant, visit.name)


class ThreadView(GuestView):
    """The conversation about a case of one's own."""

    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        prediction = prediction_for(self.guest, prediction_id)
        thread = thread_view(self.guest, thread_of(self.guest, prediction))
        return JsonResponse(thread or {"messages": []})

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        limited(self.guest, "message", FLAGS_A_MINUTE)
        body = body_of(request)
        thread = thread_of(self.guest, prediction_for(self.guest, prediction_id))
        if thread is None:
            raise NotFound
        visit = arrive(self.guest)
        named = Guest(self.guest.team_id, self.guest.guest_id, self.guest.grant, visit.name)
        write_message(named, thread.pk, body=body.get("body", ""))
        return JsonResponse(thread_view(named, thread), status=201)


class PictureView(GuestView):
    holds_context = False

    def get(self, request: HttpRequest, artifact_id: UUID) -> HttpResponseBase:
        with team_context(self.guest):
            artifact = picture_for(self.guest, artifact_id)
        return picture_response(artifact, request.GET.get("side"))


class MeView(GuestView):
    """A name and an address, or the wish to be forgotten."""

    holds_context = False

    def post(self, request: HttpRequest) -> HttpResponseBase:
        body = body_of(request)
        visit = introduce(self.guest, name=str(body.get("name") or ""), email=str(body.get("email") or ""))
        return JsonResponse({"id": str(visit.pk), "name": visit.name, "email": visit.email})

    def delete(self, request: HttpRequest) -> HttpResponseBase:
        withdraw(self.guest)
        return JsonResponse({"withdrawn": True})


class LeaveView(GuestView):
    """“Not you?”: the next visit of this browser is another guest's."""

    holds_context = False

    def post(self, request: HttpRequest) -> HttpResponseBase:
        self.guest = replace(self.guest, guest_id=uuid7(), name="")
        return see(f"/r/{self.guest.grant.link_id}/")
