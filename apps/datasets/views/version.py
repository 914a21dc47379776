"""One version: how far it is, what its columns hold and are for, its first rows, and what can be done with it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.artifacts.views import file_response
from apps.datasets.models import DatasetVersion
from apps.datasets.permissions import can_download_data, can_run_models
from apps.datasets.presentation import WORDS, aligned, chosen, line_of, roles_in
from apps.datasets.roles import OF_A_MODEL, field_of, given_to, read_all
from apps.datasets.selectors import runs_of, source_of
from apps.datasets.services import change_version, delete_version, download_version, set_roles
from apps.datasets.tables import columns_of
from apps.datasets.uploading import retry_reading
from apps.jobs.selectors import given_up_at
from apps.projects.acts import ActsOnVersion
from apps.registry.selectors import models_for
from atrium.access.views import see
from atrium.errors import Invalid, Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Kind, Role

from .base import DatasetsBase

PER_PAGE = 50
RUNS_SHOWN = 5
LONG = timedelta(minutes=2)
"""After which a reading is longer under way than most take."""
State = DatasetVersion.State


class VersionPage(DatasetsBase):
    """GET shows it; POST says what the columns of one page of it are for."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        return self.page(request, columns_of(self.version), request.GET)

    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        columns = columns_of(self.version)
        words = _words(columns, request.POST)
        try:
            set_roles(self.member, self.version.pk, words)
        except Invalid as invalid:
            errors: dict[str, list[str]] = {}
            for error in invalid.errors:
                # in words of the form, where the model is a field of its own
                said = "Name the model, such as “forest”." if error.code == "required" else error.message
                errors.setdefault(error.field, []).append(said)
            return self.page(request, _as_typed(columns, words), request.GET, errors)
        except Problem as problem:
            if problem.status != 409:
                raise
            messages.error(request, problem.message)
            return see(self.version_url)
        messages.success(request, "The roles are saved.")
        query = request.GET.urlencode()
        return see(f"{self.version_url}?{query}#columns" if query else f"{self.version_url}#columns")

    def page(
        self,
        request: HttpRequest,
        columns: tuple[Column, ...],
        query: QueryDict,
        errors: Mapping[str, list[str]] | None = None,
    ) -> HttpResponseBase:
        version, wrong = self.version, errors or {}
        found = chosen(columns, query.get("q", ""), query.get("role", ""))
        start = _start(query.get("page", ""), len(found))
        places = found[start : start + PER_PAGE]
        shown = {field_of(columns[index].name) for index in places}
        uploads = version.state == State.UPLOADING
        source = source_of(self.member, version)
        context = {
            "source": "" if source is None else f"{self.datasets_url}{source.dataset.slug}/v{source.number}/",
            "shell": self.shell(f"v{version.number}", *self.way(), of=self.dataset.name),
            "version": version,
            "dataset": self.dataset,
            "here": self.version_url,
            "waits": version.state in (State.UPLOADING, State.READING),
            **_waiting(version),
            "sha256": bytes(version.file.sha256).hex(),
            "may_download": can_download_data(self.member),
            "columns": len(columns),
            "lines": [
                line_of(index, columns[index], version.rows, wrong.get(field_of(columns[index].name), ()))
                for index in places
            ],
            "found": len(found),
            "roles": [(role.value, word) for role, word in WORDS.items()],
            "roles_in": roles_in(columns),
            "noted": sum(bool(column.facts.notes) for column in columns),
            "query": {"q": query.get("q", ""), "role": query.get("role", "")},
            "pages": _pages(query, start, len(found)),
            "above": [sentence for field, told in wrong.items() if field not in shown for sentence in told],
            "has_errors": bool(wrong),
            "preview": _preview(version, columns, places),
            "models": self.names_of_models(columns),
            "debugger": f"{self.version_url}debugger/",
            "may_run": can_run_models(self.member),
            "runs": list(runs_of(self.member, version)[:RUNS_SHOWN]),
        }
        return self.respond(request, "datasets/version.html", context, 400 if wrong else 200, uploads=uploads)

    def names_of_models(self, columns: tuple[Column, ...]) -> list[str]:
        """What a prediction may be of: those that the table names, and those of the project."""
        named = {column.model for column in columns if column.model}
        return sorted(named | {model.name for model in models_for(self.member, self.project)})


def _words(columns: tuple[Column, ...], posted: QueryDict) -> dict[str, str]:
    """{column: role in words} of a form, whose fields are named by a column's place: role-7, model-7, class-7."""
    words = {}
    for index, column in enumerate(columns):
        role = posted.get(f"role-{index}")
        if role is None:
            continue
        parts = [role]
        if role in OF_A_MODEL:
            parts.append(posted.get(f"model-{index}", "").strip())
        if role == Role.PROBABILITY and (of_class := posted.get(f"class-{index}", "").strip()):
            parts.append(of_class)
        words[column.name] = ":".join(parts)
    return words


def _as_typed(columns: tuple[Column, ...], words: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns with what a form said, as far as it can be read."""
    typed = columns
    for name, role in words.items():
        try:
            typed = given_to(typed, read_all({name: role}))
        except Invalid:
            known = role.partition(":")[0]
            if known in set(Role):
                typed = given_to(typed, {name: (Role(known), "", "")})
    return typed


def _start(page: str, count: int) -> int:
    """Where a page begins, the last one for a number beyond it."""
    wanted = int(page) if page.isdecimal() and len(page) < 7 else 1
    last = max(-(-count // PER_PAGE), 1)
    return (min(max(wanted, 1), last) - 1) * PER_PAGE


def _pages(query: QueryDict, start: int, count: int) -> dict[str, str] | None:
    if count <= PER_PAGE:
        return None
    page = start // PER_PAGE + 1
    kept = {name: query[name] for name in ("q", "role") if query.get(name)}

    def address(to: int) -> str:
        return f"?{urlencode(kept | {'page': str(to)})}#columns" if to > 0 and (to - 1) * PER_PAGE < count else ""

    last = min(start + PER_PAGE, count)
    return {
        "summary": f"{start + 1:,} to {last:,} of {count:,}",
        "previous": address(page - 1),
        "next": address(page + 1),
    }


def _preview(
    version: DatasetVersion, columns: tuple[Column, ...], places: list[int]
) -> list[list[tuple[str | None, bool]]]:
    """The first rows, of the columns that are shown: (text, whether it is a number)."""
    shown = []
    for index in places:
        column = columns[index]
        cells = [row[index] if index < len(row) else None for row in version.preview]
        is_number = column.kind is Kind.NUMBER
        told = aligned(cells, grouped=column.role is not Role.ID) if is_number else cells
        shown.append([(cell, is_number) for cell in told])
    return [list(row) for row in zip(*shown, strict=True)]


def _waiting(version: DatasetVersion) -> dict[str, Any]:
    """seconds: since it was announced. tried_until: of a reading that waits long, when it will be given up."""
    return {
        "seconds": int((timezone.now() - version.created_at).total_seconds()),
        "tried_until": given_up_at(version.pk, LONG),
    }


class VersionState(DatasetsBase):
    """The state while it changes: asked every 2 s; once it is another one the page loads itself anew."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        if self.version.state != request.GET.get("was", State.READING):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        context = {"version": self.version, "url": self.version_url, **_waiting(self.version)}
        return TemplateResponse(request, "datasets/parts/waiting.html", context)


class VersionNotes(DatasetsBase):
    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        change_version(self.member, self.version.pk, notes=request.POST.get("notes", "").strip()[:5000])
        messages.success(request, "The notes are saved.")
        return see(self.version_url)


class VersionActs(DatasetsBase, ActsOnVersion):
    retry, change, remove = staticmethod(retry_reading), staticmethod(change_version), staticmethod(delete_version)

    @property
    def above(self) -> str:
        return self.dataset_url


class VersionFile(DatasetsBase):
    """The file as it was uploaded, from the store where it is large. Noted in the audit before it goes."""

    holds_context = False

    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, dataset, number)
            version = download_version(self.member, self.version.pk)
        name = f"{self.dataset.slug}-v{version.number}.{version.format}"
        return file_response(version.file, name)
