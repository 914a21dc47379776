"""Reading a comparison blind, on the bench of whoever reads: the same pages behind a link and for members."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.comparisons.blind import QUESTION, blind_comparison, case_reading, file_in, places_of, reading_of
from apps.comparisons.blind import page_of as case_page
from apps.comparisons.readings import NOT_BEGUN, begin, finish, open_reading, say
from apps.comparisons.revealing import revealed
from apps.endpoints.models import Endpoint
from apps.endpoints.pictures import file_response
from apps.endpoints.selectors import endpoint_for
from apps.sharing.services import arrive, introduce
from atrium.access.guests import GuestView
from atrium.access.views import see
from atrium.errors import Conflict, Invalid
from atrium.tenancy.context import team_context

from .acts import FLAGS_A_MINUTE, Seat, limited
from .guest import seat_of
from .member import BenchBase

LETTERS = "ABCD"
READINGS_A_MINUTE = 4 * FLAGS_A_MINUTE
"""A key chooses, another goes on: one judges faster here than on the bench."""


def _here(seat: Seat, comparison_id: UUID) -> str:
    return f"{seat.place.base}/comparisons/{comparison_id}/"


def _endpoint(seat: Seat) -> Endpoint:
    return endpoint_for(seat.principal, seat.endpoint_id)


def _first_unread(places: Sequence[tuple[int, bool]]) -> int | None:
    return next((position for position, is_read in places if not is_read), None)


def cover(request: HttpRequest, seat: Seat, comparison_id: UUID) -> HttpResponseBase:
    """What is asked, how far one is, and in the end which version was which."""
    endpoint = _endpoint(seat)
    comparison = blind_comparison(seat.principal, endpoint, comparison_id)
    reading = reading_of(seat.principal, comparison)
    places = [] if reading is None else places_of(reading)
    context = {
        "endpoint": endpoint,
        "question": comparison.question or QUESTION,
        "here": _here(seat, comparison_id),
        "bench": f"{seat.place.base}/",
        "is_team": seat.place.is_team,
        "reading": reading,
        "is_closed": comparison.closed_at is not None,
        "cases": comparison.cases.count() if reading is None else len(places),
        "versions": comparison.versions.count(),
        "places": places,
        "read": sum(is_read for _, is_read in places),
        "next": _first_unread(places),
        "revealed": revealed(reading) if reading is not None and reading.finished_at is not None else [],
    }
    return TemplateResponse(request, "comparisons/reading.html", context)


def act(request: HttpRequest, seat: Seat, comparison_id: UUID, name: str) -> HttpResponseBase:
    """Begin, or finish."""
    here = _here(seat, comparison_id)
    with team_context(seat.principal):
        endpoint = _endpoint(seat)
        try:
            if request.POST.get("act") == "finish":
                finish(seat.principal, endpoint, comparison_id)
                return see(here)
            reading = begin(seat.principal, endpoint, comparison_id, name=name)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return see(here)
        first = _first_unread(places_of(reading))
    return see(here if first is None else f"{here}{first}/")


def case(request: HttpRequest, seat: Seat, comparison_id: UUID, position: int) -> HttpResponseBase:
    """One case with its answers; of a reading that is over the cover page tells."""
    endpoint, here = _endpoint(seat), _here(seat, comparison_id)
    try:
        reading = open_reading(seat.principal, endpoint, comparison_id)
    except Conflict:
        return see(here)
    row = case_reading(reading, position)
    context = {
        "endpoint": endpoint,
        "question": reading.comparison.question or QUESTION,
        "here": here,
        "page": case_page(row, places_of(reading), here),
        "is_team": seat.place.is_team,
    }
    return TemplateResponse(request, "comparisons/reading_case.html", context)


def said(request: HttpRequest, seat: Seat, comparison_id: UUID, position: int) -> HttpResponseBase:
    """What was chosen is kept, then the next case; `stays`, for the page's script, is answered 204."""
    limited(seat, "read", READINGS_A_MINUTE)
    here = _here(seat, comparison_id)
    with team_context(seat.principal):
        endpoint = _endpoint(seat)
        try:
            reading = say(seat.principal, endpoint, comparison_id, position, _given(request.POST))
        except Invalid as invalid:
            if "stays" in request.POST:
                raise
            messages.error(request, invalid.errors[0].message)
            return see(f"{here}{position}/")
        except Conflict as conflict:
            if "stays" in request.POST:
                raise
            messages.warning(request, conflict.message)
            return see(here)
        places = [each for each, _ in places_of(reading)]
    if "stays" in request.POST:
        return HttpResponse(status=204)
    later = [each for each in places if each > position]
    return see(f"{here}{later[0]}/" if later else here)


def _given(form: Mapping[str, str]) -> dict[str, Any]:
    verdicts = {letter: form.get(f"verdict-{letter}", "") for letter in LETTERS}
    return {
        "choice": form.get("choice", ""),
        "comment": form.get("comment", "").replace("\r\n", "\n"),
        "verdicts": {letter: verdict for letter, verdict in verdicts.items() if verdict},
    }


def file(request: HttpRequest, seat: Seat, comparison_id: UUID, position: int, file_name: str) -> HttpResponseBase:
    with team_context(seat.principal):
        comparison = blind_comparison(seat.principal, _endpoint(seat), comparison_id)
        reading = reading_of(seat.principal, comparison)
        if reading is None:
            raise Conflict(NOT_BEGUN)
        artifact = file_in(case_reading(reading, position), file_name)
    return file_response(request, artifact, known_as=file_name)


class GuestCoverView(GuestView):
    def get(self, request: HttpRequest, comparison_id: UUID) -> HttpResponseBase:
        return cover(request, seat_of(self.guest), comparison_id)

    def post(self, request: HttpRequest, comparison_id: UUID) -> HttpResponseBase:
        limited(seat_of(self.guest), "read", READINGS_A_MINUTE)
        name = request.POST.get("name", "")
        visit = introduce(self.guest, name=name) if name else arrive(self.guest)
        return act(request, seat_of(self.guest), comparison_id, visit.name)


class GuestCaseView(GuestView):
    def get(self, request: HttpRequest, comparison_id: UUID, position: int) -> HttpResponseBase:
        return case(request, seat_of(self.guest), comparison_id, position)

    def post(self, request: HttpRequest, comparison_id: UUID, position: int) -> HttpResponseBase:
        return said(request, seat_of(self.guest), comparison_id, position)


class GuestFileView(GuestView):
    holds_context = False

    def get(self, request: HttpRequest, comparison_id: UUID, position: int, file_name: str) -> HttpResponseBase:
        return file(request, seat_of(self.guest), comparison_id, position, file_name)


class MemberCoverView(BenchBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        return cover(request, self.seat(project, endpoint), comparison_id)

    def post(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        return act(request, self.seat(project, endpoint), comparison_id, self.member.name)


class MemberCaseView(BenchBase):
    def get(
        self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID, position: int
    ) -> HttpResponseBase:
        return case(request, self.seat(project, endpoint), comparison_id, position)

    def post(
        self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID, position: int
    ) -> HttpResponseBase:
        return said(request, self.seat(project, endpoint), comparison_id, position)


class MemberFileView(BenchBase):
    holds_context = False

    def get(
        self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID, position: int, file_name: str
    ) -> HttpResponseBase:
        with team_context(self.member):
            seat = self.seat(project, endpoint)
        return file(request, seat, comparison_id, position, file_name)
