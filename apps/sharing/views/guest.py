"""The bench of a link, and everything a guest does on it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from uuid6 import uuid7

from apps.endpoints.pictures import file_response
from apps.endpoints.selectors import endpoint_for, file_for
from apps.sharing.bench import guest_place
from apps.sharing.first_view import page_of
from apps.sharing.services import arrive, introduce
from apps.sharing.withdrawal import take_data, withdraw, withdraw_case
from atrium.access.door import grant_for
from atrium.access.guests import GuestView, set_key, visit_of
from atrium.access.parsing import body_of
from atrium.access.principals import Guest
from atrium.access.views import see
from atrium.errors import FieldError, Invalid, Problem
from atrium.errors.middleware import wants_document
from atrium.tenancy.context import team_context

from . import acts
from .acts import EXPLANATIONS_A_MINUTE, FLAGS_A_MINUTE, PREDICTIONS_A_MINUTE, Seat, limited
from .closed import closed_page
from .codes import ask_at_door
from .opening import ask_passcode

DATA_A_MINUTE = 3


def seat_of(guest: Guest) -> Seat:
    """Limits count by guest and link, never by address: a hospital is one address."""
    counted_as = f"{guest.grant.link_id}:{guest.guest_id}"
    return Seat(guest, guest_place(guest), guest.grant.endpoint_id, counted_as)


class BenchView(GuestView):
    """The page. It writes nothing: the guest's row comes with its first socket or POST."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        endpoint = endpoint_for(self.guest, self.guest.grant.endpoint_id)
        return TemplateResponse(request, "sharing/bench.html", page_of(self.guest, endpoint, guest_place(self.guest)))


def bench(request: HttpRequest, link_id: UUID) -> HttpResponseBase:
    """The bench, or the form that asks for a passcode, a mailed code or, once the link is over, for another one."""
    try:
        visit_of(link_id, request.COOKIES)
    except Problem as problem:
        if wants_document(request):
            raise
        match problem.code:
            case "passcode_needed":
                return ask_passcode(request)
            case "code_needed":
                return ask_at_door(request, link_id)
            case "link_expired" | "link_revoked":
                return closed_page(request, problem)
        raise
    return BenchView.as_view()(request, link_id=link_id)


async def predict(request: HttpRequest, link_id: UUID) -> HttpResponse:
    return await acts.predict(request, lambda: _arrived(request, link_id))


def _arrived(request: HttpRequest, link_id: UUID) -> Seat:
    guest = visit_of(link_id, request.COOKIES).guest
    seat = seat_of(guest)
    limited(seat, "predict", PREDICTIONS_A_MINUTE)
    arrive(guest)
    return seat


class PredictionView(GuestView):
    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.shown(seat_of(self.guest), prediction_id))


class CasesView(GuestView):
    """What one tried before what the page shows."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return JsonResponse(acts.own_cases(seat_of(self.guest), request))


class CaseView(GuestView):
    """A case of one's own, to be deleted."""

    holds_context = False

    def delete(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        gone = withdraw_case(self.guest, prediction_id)
        return JsonResponse({"deleted": gone.deleted, "stripped": gone.stripped, "pictures": gone.pictures})


class KeepView(GuestView):
    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.keep_attempt(seat_of(self.guest), prediction_id))


class CancelView(GuestView):
    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.cancel_attempt(seat_of(self.guest), prediction_id), status=202)


class FlagView(GuestView):
    holds_context = False

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        limited(seat_of(self.guest), "flag", FLAGS_A_MINUTE)
        body = body_of(request)
        named = named_guest(self.guest, body)
        return JsonResponse(acts.judge(seat_of(named), prediction_id, body), status=201)


def named_guest(guest: Guest, body: dict[str, Any]) -> Guest:
    """The guest with the name that it gives with what it sends."""
    name, email = body.get("name") or "", body.get("email") or ""
    if not isinstance(name, str) or not isinstance(email, str):
        raise Invalid(FieldError("name", "text", "A name and an address are text."))
    visit = introduce(guest, name=name, email=email)
    return Guest(guest.team_id, guest.guest_id, guest.grant, visit.name)


class ExplanationsView(GuestView):
    """Why: what was found about a case, and asking."""

    holds_context = False

    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.explanations(seat_of(self.guest), prediction_id))

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        limited(seat_of(self.guest), "explain", EXPLANATIONS_A_MINUTE)
        return JsonResponse(acts.ask_why(seat_of(self.guest), prediction_id, body_of(request)), status=202)


class CostView(GuestView):
    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.cost_of(seat_of(self.guest), prediction_id, body_of(request)))


class ExplanationView(GuestView):
    def get(self, request: HttpRequest, explanation_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.explanation(seat_of(self.guest), explanation_id))


class StopView(GuestView):
    def post(self, request: HttpRequest, explanation_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.stop_explaining(seat_of(self.guest), explanation_id), status=202)


class ThreadView(GuestView):
    """The conversation about a case of one's own."""

    holds_context = False

    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.read_thread(seat_of(self.guest), prediction_id))

    def post(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        limited(seat_of(self.guest), "message", FLAGS_A_MINUTE)
        body = body_of(request)
        visit = arrive(self.guest)
        named = Guest(self.guest.team_id, self.guest.guest_id, self.guest.grant, visit.name)
        return JsonResponse(acts.write_in_thread(seat_of(named), prediction_id, body), status=201)


class PictureView(GuestView):
    holds_context = False

    def get(self, request: HttpRequest, artifact_id: UUID) -> HttpResponseBase:
        with team_context(self.guest):
            artifact = file_for(self.guest, artifact_id)
        return file_response(request, artifact)


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


class DataView(GuestView):
    """What one brought and wrote, as an archive."""

    holds_context = False

    def get(self, request: HttpRequest) -> HttpResponseBase:
        limited(seat_of(self.guest), "own data", DATA_A_MINUTE)
        return take_data(self.guest)


class LeaveView(GuestView):
    """“Not you?”: the next visit of this browser is another guest's, who confirms an address of its own."""

    holds_context = False

    def post(self, request: HttpRequest) -> HttpResponseBase:
        link_id = self.guest.grant.link_id
        self.guest = replace(self.guest, guest_id=uuid7(), name="")
        response = see(f"/r/{link_id}/")
        if grant_for(link_id)[2].addresses:
            set_key(response, link_id, "")
        return response
