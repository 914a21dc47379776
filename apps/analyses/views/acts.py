"""What the debugger's page sends and asks for, as JSON; a refusal is a problem document."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from apps.analyses.api.ask import answered
from apps.analyses.api.shapes import AnalysisChange, AnalysisInput, RowsAsDataset, SliceInput
from apps.analyses.asking import NO_EXPORT, Questioner, cancel, reread, told
from apps.analyses.asking import ask as answer_to
from apps.analyses.exports import dataset_from, exported, take_away
from apps.analyses.models import Answer
from apps.analyses.presentation import analysis_shown, slice_shown
from apps.analyses.questions import read_export, read_question, read_view
from apps.analyses.selectors import analysis_for, names_of
from apps.analyses.services import (
    NO_SAVING,
    change_analysis,
    create_slice,
    delete_analysis,
    delete_slice,
    save_analysis,
)
from apps.datasets.models import DatasetVersion
from apps.datasets.permissions import can_change_data, can_download_data
from apps.jobs.waiting import preferred_wait
from atrium import storage
from atrium.access.api import validated
from atrium.access.parsing import body_of
from atrium.access.principals import Member, TeamPrincipal
from atrium.errors import NotFound, Problem, require
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.debugger import Export, Question

from .base import DebuggerActs, asker_at
from .places import Places

Shown = Callable[[Member, UUID], HttpResponse]


async def ask(request: HttpRequest, team: str, project: str, dataset: str, number: int) -> HttpResponse:
    """200 with the answer, or 202. Asynchronous, since it waits; so are the next two."""
    return await asked(request, Places(team, project, dataset, number), lambda _: read_question(request.body))


async def export(request: HttpRequest, team: str, project: str, dataset: str, number: int) -> HttpResponse:
    """200 with the address of the file, or 202: the same once more then finds it."""
    places = Places(team, project, dataset, number)

    def question_of(principal: TeamPrincipal) -> Question:
        require(can_download_data(principal), NO_EXPORT)
        return read_export(request.body)

    def shown(member: Member, answer_id: UUID) -> HttpResponse:
        with team_context(member):
            found = exported(member, answer_id)
        size = found.artifact.size
        return JsonResponse({"url": places.file(answer_id), "name": found.name, "rows": found.rows, "size": size})

    return await asked(request, places, question_of, shown)


async def dataset_of_rows(request: HttpRequest, team: str, project: str, dataset: str, number: int) -> HttpResponse:
    """{name, notes, view, of} -> 201 with the version that is made of these rows, or 202: the same once more, then."""

    def question_of(principal: TeamPrincipal) -> Question:
        require(can_change_data(principal), NO_SAVING)
        given = validated(RowsAsDataset, body_of(request))
        return Export(read_view(given["view"], "view"), "parquet", given["of"])

    def made(member: Member, answer_id: UUID) -> HttpResponse:
        given = validated(RowsAsDataset, body_of(request))
        version = dataset_from(member, answer_id, name=given["name"], notes=given["notes"])
        url = Places(team, project, version.dataset.slug, version.number).version
        return JsonResponse({"id": str(version.pk), "name": str(version), "url": url}, status=201)

    return await asked(request, Places(team, project, dataset, number), question_of, made)


async def asked(
    request: HttpRequest, places: Places, question_of: Questioner, shown: Shown | None = None
) -> HttpResponse:
    """shown: what is said of an answer that is there; without it the answer itself."""
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        asker = asker_at(request, places)
        answer = await answer_to(asker, question_of, preferred_wait(request))
        if shown is None or answer.state == Answer.State.QUEUED:
            return answered(answer, places.answer(answer.pk))
        return await in_database(lambda: shown(asker()[0], answer.pk))
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)


class AnswerView(DebuggerActs):
    def get(self, request: HttpRequest, project: str, dataset: str, number: int, answer_id: UUID) -> HttpResponseBase:
        version_id = self.find(project, dataset, number)
        answer = reread(self.member, answer_id)
        if answer.version_id != version_id:
            raise NotFound
        return answered(told(answer), request.path)


class CancelView(DebuggerActs):
    def post(self, request: HttpRequest, project: str, dataset: str, number: int, answer_id: UUID) -> HttpResponseBase:
        self.find_answer(project, dataset, number, answer_id)
        cancelled = cancel(self.member, answer_id)
        return JsonResponse({"id": str(cancelled.pk), "state": cancelled.state}, status=202)


class FileView(DebuggerActs):
    """An export's file, from the store. Noted in the audit before it goes."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int, answer_id: UUID) -> HttpResponseBase:
        self.find_answer(project, dataset, number, answer_id)
        found = take_away(self.member, answer_id)
        return redirect(storage.presign_download(found.artifact.key, found.name))


class SlicesView(DebuggerActs):
    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        version_id = self.find(project, dataset, number)
        given = validated(SliceInput, body_of(request))
        places = Places(self.kwargs["team"], project, dataset, number)
        with team_context(self.member):
            dataset_id = DatasetVersion.objects.values_list("dataset_id", flat=True).get(pk=version_id)
            made = create_slice(self.member, dataset_id, **given)
            shown = slice_shown(made, names_of(made), places.slice(made.pk))
        return JsonResponse(shown, status=201)


class SliceView(DebuggerActs):
    def delete(self, request: HttpRequest, project: str, dataset: str, number: int, slice_id: UUID) -> HttpResponseBase:
        self.find(project, dataset, number)
        delete_slice(self.member, slice_id)
        return HttpResponse(status=204)


class SavedView(DebuggerActs):
    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        version_id = self.find(project, dataset, number)
        made = save_analysis(self.member, version_id, **validated(AnalysisInput, body_of(request)))
        places = Places(self.kwargs["team"], project, dataset, number)
        return JsonResponse(_analysis(self.member, made.pk, places), status=201)


class SavedOne(DebuggerActs):
    def patch(
        self, request: HttpRequest, project: str, dataset: str, number: int, analysis_id: UUID
    ) -> HttpResponseBase:
        self.find(project, dataset, number)
        change_analysis(self.member, analysis_id, **validated(AnalysisChange, body_of(request)))
        places = Places(self.kwargs["team"], project, dataset, number)
        return JsonResponse(_analysis(self.member, analysis_id, places))

    def delete(
        self, request: HttpRequest, project: str, dataset: str, number: int, analysis_id: UUID
    ) -> HttpResponseBase:
        self.find(project, dataset, number)
        delete_analysis(self.member, analysis_id)
        return HttpResponse(status=204)


def _analysis(member: Member, analysis_id: UUID, places: Places) -> dict[str, Any]:
    with team_context(member):
        found = analysis_for(member, analysis_id)
        return analysis_shown(found, names_of(found), places.analysis(found))
