"""A study that is kept aside, on the bench of whoever sent it: looked at, covered, withdrawn."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from apps.endpoints import quarantine
from apps.endpoints.api.quarantine import boxes_of, picture_response
from apps.endpoints.models import Quarantined
from atrium.access.guests import GuestView
from atrium.access.parsing import body_of
from atrium.errors import NotFound
from atrium.tenancy.context import team_context

from .acts import Seat, limited
from .guest import seat_of
from .member import BenchBase

LOOKS_A_MINUTE = 120


def told(seat: Seat, held_id: UUID) -> HttpResponseBase:
    """Whether it is held or ready: it may have been released meanwhile."""
    with team_context(seat.principal):
        return JsonResponse(quarantine.shown(_of_this_bench(seat, held_id)))


def withdrawn(seat: Seat, held_id: UUID) -> HttpResponseBase:
    with team_context(seat.principal):
        _of_this_bench(seat, held_id)
    quarantine.withdraw(seat.principal, held_id)
    return JsonResponse({"withdrawn": True})


def picture(seat: Seat, held_id: UUID, request: HttpRequest) -> HttpResponseBase:
    limited(seat, "quarantine", LOOKS_A_MINUTE)
    with team_context(seat.principal):
        _of_this_bench(seat, held_id)
    return picture_response(quarantine.picture_of(seat.principal, held_id, request.GET.get("frame", "0")))


def covered(seat: Seat, held_id: UUID, request: HttpRequest) -> HttpResponseBase:
    limited(seat, "quarantine", LOOKS_A_MINUTE)
    with team_context(seat.principal):
        _of_this_bench(seat, held_id)
    return JsonResponse(quarantine.shown(quarantine.cover(seat.principal, held_id, boxes_of(body_of(request)))))


def _of_this_bench(seat: Seat, held_id: UUID) -> Quarantined:
    held = quarantine.held_for(seat.principal, held_id)
    if held.endpoint_id != seat.endpoint_id:
        raise NotFound
    return held


class GuestHeldView(GuestView):
    holds_context = False

    def get(self, request: HttpRequest, held_id: UUID) -> HttpResponseBase:
        return told(seat_of(self.guest), held_id)

    def delete(self, request: HttpRequest, held_id: UUID) -> HttpResponseBase:
        return withdrawn(seat_of(self.guest), held_id)


class GuestPictureView(GuestView):
    holds_context = False

    def get(self, request: HttpRequest, held_id: UUID) -> HttpResponseBase:
        return picture(seat_of(self.guest), held_id, request)


class GuestCoverView(GuestView):
    holds_context = False

    def post(self, request: HttpRequest, held_id: UUID) -> HttpResponseBase:
        return covered(seat_of(self.guest), held_id, request)


class MemberHeldView(BenchBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, held_id: UUID) -> HttpResponseBase:
        return told(self.seat(project, endpoint), held_id)

    def delete(self, request: HttpRequest, project: str, endpoint: str, held_id: UUID) -> HttpResponseBase:
        return withdrawn(self.seat(project, endpoint), held_id)


class MemberPictureView(BenchBase):
    holds_context = False

    def get(self, request: HttpRequest, project: str, endpoint: str, held_id: UUID) -> HttpResponseBase:
        with team_context(self.member):
            seat = self.seat(project, endpoint)
        return picture(seat, held_id, request)


class MemberCoverView(BenchBase):
    holds_context = False

    def post(self, request: HttpRequest, project: str, endpoint: str, held_id: UUID) -> HttpResponseBase:
        with team_context(self.member):
            seat = self.seat(project, endpoint)
        return covered(seat, held_id, request)
