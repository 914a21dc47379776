"""The debugger of one version: its page, and what the page begins with."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.analyses.presentation import analysis_shown, slice_shown
from apps.analyses.questions import bare_columns
from apps.analyses.selectors import analyses_of, names_of, slices_of
from apps.analyses.services import MOST
from apps.datasets.models import DatasetVersion
from apps.datasets.permissions import can_change_data, can_run_models
from apps.datasets.selectors import datasets_for
from apps.datasets.views.base import DatasetsBase
from atrium.errors import NotFound
from atrium.pages.forms import optional_id
from atrium.pages.shell import Place
from gpu_workers.protocol.datasets import Role

from .places import Places

READY = DatasetVersion.State.READY
ANSWERS = "a model’s prediction or probability"
"""As a page says it; what running a model over the version brings."""


class DebuggerPage(DatasetsBase):
    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        places = Places(self.team_slug, project, dataset, number)
        missing = self.missing() if self.version.state == READY else []
        is_open = self.version.state == READY and not missing
        context = {
            "shell": self.shell("Debugger", *self.way(), Place(f"v{number}", self.version_url), of=str(self.version)),
            "version": self.version,
            "version_url": self.version_url,
            "missing": missing,
            "may_change": can_change_data(self.member),
            "may_run": ANSWERS in missing and can_run_models(self.member) and self.version.archived_at is None,
            "state": self.state(places, request.GET.get("analysis", "")) if is_open else None,
        }
        return TemplateResponse(request, "analyses/debugger.html", context)

    def missing(self) -> list[str]:
        """The roles that no column has, and without which there is nothing to compare."""
        roles = {column.role for column in bare_columns(self.version)[0]}
        wanted = [
            ("the label", {Role.LABEL}),
            (ANSWERS, {Role.PREDICTION, Role.PROBABILITY}),
        ]
        return [words for words, any_of in wanted if not any_of & roles]

    def state(self, places: Places, analysis: str) -> dict[str, Any]:
        """What the page begins with. analysis: the id of a saved one that is to be opened, or ""."""
        slices = list(slices_of(self.member, self.dataset.pk).order_by("-id")[:MOST])
        saved = list(analyses_of(self.member, self.dataset).order_by("-id")[:MOST])
        names = names_of(*slices, *saved)
        versions = [row for row in self.dataset.versions.defer("columns", "preview") if row.state == READY]
        others = datasets_for(self.member, self.project)
        return {
            "dataset": {"id": str(self.dataset.pk), "name": self.dataset.name},
            "version": self.told(self.version, places) | {"rows": self.version.rows},
            "versions": [self.told(row, places) for row in versions],
            "datasets": [
                {"name": row.name, "url": f"{places.datasets}{row.slug}/v{newest}/debugger/"}
                for row in others
                if (newest := next((each.number for each in row.versions.all() if each.state == READY), None))
            ],
            "columns": msgspec.to_builtins(bare_columns(self.version)[0]),
            "team": self.team_slug,
            "role": self.member.role.word,
            "can_save": can_change_data(self.member),
            "question": self.opened(analysis),
            "saved": [analysis_shown(row, names, places.analysis(row)) for row in saved],
            "slices": [slice_shown(row, names, places.slice(row.pk)) for row in slices],
            "urls": places.urls(),
        }

    def told(self, version: DatasetVersion, places: Places) -> dict[str, Any]:
        """url: of its debugger."""
        url = Places(places.team, places.project, places.dataset, version.number).page
        return {"id": str(version.pk), "number": version.number, "url": url}

    def opened(self, analysis: str) -> dict[str, Any] | None:
        """The question of the saved analysis that the address names. Raises NotFound where it is gone."""
        analysis_id = optional_id(analysis, "analysis")
        if analysis_id is None:
            return None
        found = analyses_of(self.member, self.dataset).filter(pk=analysis_id, version=self.version).first()
        if found is None:
            raise NotFound("This analysis is not there any more.")
        question: dict[str, Any] = found.question
        return question
