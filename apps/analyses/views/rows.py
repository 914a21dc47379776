"""What the list of rows does besides showing cells: pictures, and opening rows as cases on a bench."""

from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from apps.analyses.api.ask import answered
from apps.analyses.asking import ask as answer_to
from apps.analyses.cases import NO_CASES, offered, open_rows, read_opening, rows_to_take
from apps.analyses.models import Answer
from apps.analyses.pictures import picture_of, read_piece, taken
from apps.analyses.row_ids import id_words, with_id
from apps.analyses.selectors import answer_for, version_at
from apps.datasets.permissions import can_change_data
from apps.datasets.selectors import version_for_ask
from apps.endpoints.pictures import SIDES, stored_response
from apps.jobs.waiting import preferred_wait
from apps.projects.selectors import project_by_slug
from atrium.access.limits import limit
from atrium.access.parsing import body_of
from atrium.access.principals import Member, TeamPrincipal
from atrium.errors import FieldError, Invalid, Problem, require
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.rendering import small_now
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.debugger import MOST_TAKEN, Take

from .acts import asked
from .base import DebuggerActs, asker_at
from .places import Places

LARGEST = 1024
"""Pixels of the longer side of a picture that opens larger."""
OPENINGS_A_MINUTE = 20


async def pictures(request: HttpRequest, team: str, project: str, dataset: str, number: int) -> HttpResponse:
    """{column, rows} -> 200 with an address for each row's picture, null where there is none, or 202. id: of the row,
    "" where the table has none."""
    places = Places(team, project, dataset, number)

    def question_of(principal: TeamPrincipal) -> Take:
        body = body_of(request)
        try:
            take = msgspec.convert({"rows": body.get("rows"), "columns": [body.get("column")], "type": "take"}, Take)
        except msgspec.ValidationError as error:
            raise Invalid(FieldError("rows", "invalid", f"{error}.")) from None
        version = version_for_ask(principal, version_at(principal, project, dataset, number))
        return Take(take.rows, with_id(take.columns, version))

    def shown(member: Member, answer_id: UUID) -> HttpResponse:
        with team_context(member):
            answer = answer_for(member, answer_id)
        told, rows = taken(answer), answer.question["rows"]
        return JsonResponse(
            {
                "pictures": [
                    {
                        "row": row,
                        "url": None if value is None else places.picture(answer_id, place),
                        "is_left_out": row in told.left_out,
                        "id": id_words(*ids),
                    }
                    for place, (row, [value, *ids]) in enumerate(zip(rows, told.values, strict=True))
                ]
            }
        )

    return await asked(request, places, question_of, shown)


class PictureView(DebuggerActs):
    """A row's picture as a small one of ours. Under one address it never changes; it is decoded in the sandbox."""

    def get(
        self, request: HttpRequest, project: str, dataset: str, number: int, answer_id: UUID, place: int
    ) -> HttpResponseBase:
        self.find_answer(project, dataset, number, answer_id)
        with team_context(self.member):
            artifact, piece = picture_of(self.member, answer_id, place)
        side = SIDES.get(request.GET.get("side", ""), LARGEST)

        def made() -> bytes:
            return small_now(read_piece(artifact, piece), side).data

        return stored_response(request, f'"{piece.sha256[:32]}-{side}"', "picture.png", made)


class CasesView(DebuggerActs):
    """On which endpoints rows can be opened, and which columns would fill their inputs."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        version_id = self.find(project, dataset, number)
        require(can_change_data(self.member), NO_CASES)
        with team_context(self.member):
            version = version_for_ask(self.member, version_id)
            endpoints = offered(self.member, project_by_slug(self.member, project), version)
        return JsonResponse({"endpoints": endpoints, "most": MOST_TAKEN})


async def open_cases(request: HttpRequest, team: str, project: str, dataset: str, number: int) -> HttpResponse:
    """{endpoint, mapping, rows} -> 200 with the bench's address and the rows that were refused, or 202: the same once
    more, then. Asynchronous, since it waits."""
    places = Places(team, project, dataset, number)
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        asker = asker_at(request, places)

        def question_of(principal: TeamPrincipal) -> Take:
            require(can_change_data(principal), NO_CASES)
            member, version_id = asker()
            limit("open_rows", str(member.membership_id), count=OPENINGS_A_MINUTE, seconds=60, unless_away=True)
            return rows_to_take(principal, version_for_ask(principal, version_id), read_opening(body_of(request)))

        answer = await answer_to(asker, question_of, preferred_wait(request))
        if answer.state == Answer.State.QUEUED:
            return answered(answer, places.answer(answer.pk))
        member, version_id = await in_database(asker)
        opened = await open_rows(member, version_id, read_opening(body_of(request)), answer.pk)
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)
    refused = [{"row": row, "reason": reason} for row, reason in opened.refused]
    url = places.bench(opened.endpoint.slug, opened.cases) if opened.cases else None
    return JsonResponse({"url": url, "opened": len(opened.cases), "refused": refused})
