"""The bench of an endpoint for members of its team: the same page and the same acts as behind a link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.models import Endpoint
from apps.endpoints.selectors import endpoint_by_slug
from apps.projects.selectors import project_by_slug
from apps.sharing.bench import member_place
from apps.sharing.first_view import page_of
from atrium.access.parsing import body_of
from atrium.access.principals import Member
from atrium.access.views import TeamView, member_at
from atrium.pages.forms import id_in
from atrium.tenancy.context import team_context
from gpu_workers.protocol.debugger import MOST_TAKEN

from . import acts
from .acts import EXPLANATIONS_A_MINUTE, FLAGS_A_MINUTE, PREDICTIONS_A_MINUTE, Seat, limited


def seat_of(member: Member, team: str, endpoint: Endpoint) -> Seat:
    return Seat(member, member_place(team, endpoint), endpoint.pk, str(member.membership_id))


class BenchBase(TeamView):
    """`seat` of the endpoint that the address names."""

    def seat(self, project: str, endpoint: str) -> Seat:
        """Called first in every handler, inside the team's context; raises NotFound for a stranger's."""
        found = endpoint_by_slug(self.member, project_by_slug(self.member, project), endpoint)
        return seat_of(self.member, self.kwargs["team"], found)


class BenchView(BenchBase):
    """`cases` in its address: ids of predictions to begin with, as the debugger opens rows of a table."""

    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        found = endpoint_by_slug(self.member, project_by_slug(self.member, project), endpoint)
        given = request.GET.get("cases", "")
        opened = [id_in(each, "case") for each in given.split(",")[:MOST_TAKEN]] if given else []
        place = member_place(self.kwargs["team"], found)
        return TemplateResponse(request, "sharing/bench.html", page_of(self.member, found, place, opened))


async def predict(request: HttpRequest, team: str, project: str, endpoint: str) -> HttpResponse:
    def take_seat() -> Seat:
        member = member_at(request, team)
        with team_context(member):
            found = endpoint_by_slug(member, project_by_slug(member, project), endpoint)
            seat = seat_of(member, team, found)
        limited(seat, "predict", PREDICTIONS_A_MINUTE)
        return seat

    return await acts.predict(request, take_seat)


class PredictionView(BenchBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.shown(self.seat(project, endpoint), prediction_id))


class CasesView(BenchBase):
    """What one tried before what the page shows. It is the team's: who deletes it is an admin, on its own page."""

    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        return JsonResponse(acts.own_cases(self.seat(project, endpoint), request))


class KeepView(BenchBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.keep_attempt(self.seat(project, endpoint), prediction_id))


class CancelView(BenchBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.cancel_attempt(self.seat(project, endpoint), prediction_id), status=202)


class FlagView(BenchBase):
    """The name is the account's, whatever the body says."""

    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        seat = self.seat(project, endpoint)
        limited(seat, "flag", FLAGS_A_MINUTE)
        return JsonResponse(acts.judge(seat, prediction_id, body_of(request)), status=201)


class ExplanationsView(BenchBase):
    """Why: what was found about a case, and asking."""

    def get(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.explanations(self.seat(project, endpoint), prediction_id))

    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        seat = self.seat(project, endpoint)
        limited(seat, "explain", EXPLANATIONS_A_MINUTE)
        return JsonResponse(acts.ask_why(seat, prediction_id, body_of(request)), status=202)


class CostView(BenchBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.cost_of(self.seat(project, endpoint), prediction_id, body_of(request)))


class ExplanationView(BenchBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, explanation_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.explanation(self.seat(project, endpoint), explanation_id))


class StopView(BenchBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, explanation_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.stop_explaining(self.seat(project, endpoint), explanation_id), status=202)


class ThreadView(BenchBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        return JsonResponse(acts.read_thread(self.seat(project, endpoint), prediction_id))

    def post(self, request: HttpRequest, project: str, endpoint: str, prediction_id: UUID) -> HttpResponseBase:
        seat = self.seat(project, endpoint)
        limited(seat, "message", FLAGS_A_MINUTE)
        return JsonResponse(acts.write_in_thread(seat, prediction_id, body_of(request)), status=201)


class MeView(BenchBase):
    """Who one is: the account's name, which is changed on the account's page. There is nothing to withdraw from."""

    def post(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.seat(project, endpoint)
        return JsonResponse({"id": str(self.member.user_id), "name": self.member.name, "email": ""})
