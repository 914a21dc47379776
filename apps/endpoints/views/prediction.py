"""One prediction of the team: what was sent, what the model saw, and what it answered."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints import vectors
from apps.endpoints.beside import panels_of
from apps.endpoints.findings import FOUND, as_text, told_of
from apps.endpoints.presentation import prediction_shown, team_addresses
from apps.endpoints.selectors import prediction_for
from apps.endpoints.tables import shown as table_shown
from apps.endpoints.tables import summed_up
from apps.endpoints.words import edit_words, edited, file_words, origin_words, table_page
from apps.projects.shell import shell_for
from atrium.access.views import TeamView
from atrium.pages.shell import Place

SHOWN_SCORES = 10


class PredictionPage(TeamView):
    """Members see every prediction of their team."""

    def get(self, request: HttpRequest, prediction_id: UUID) -> HttpResponseBase:
        found = prediction_for(self.member, prediction_id)
        project = found.endpoint.project
        base = f"/t/{self.kwargs['team']}/{project.slug}/"
        endpoint = Place(found.endpoint.name, f"{base}endpoints/{found.endpoint.slug}/")
        crumbs = (Place("Endpoints", f"{base}endpoints/"), endpoint)
        view = prediction_shown(found, team_addresses(self.kwargs["team"]), team=True)
        titles = {output["name"]: output.get("title") for output in (found.version.interface or {}).get("outputs", ())}
        context = {
            "shell": shell_for(self.member, "Prediction", project=project, here="endpoints", crumbs=crumbs),
            "prediction": found,
            "view": view,
            "origin": origin_words(found.came_from) if found.came_from else "",
            "table": table_page(base, found.came_from) if found.came_from else "",
            "inputs": _inputs(view),
            "answers": [
                (titles.get(name) or name, _answer(value, view["inputs"]))
                for name, value in (view["answer"] or {}).items()
            ],
            "endpoint": endpoint,
            **panels_of(self.member, found, endpoint.url),
        }
        return TemplateResponse(request, "endpoints/prediction.html", context)


def _inputs(view: dict[str, Any]) -> list[dict[str, Any]]:
    """Each input, a file with `rendered`: what the model saw where edits changed it, and the edits in words."""
    kinds = {name: value["kind"] for name, value in view["inputs"].items()}
    shown = []
    for name, value in view["inputs"].items():
        rendered = value.get("rendered", view["rendered"].get(name))
        edits = [edit for edit in view["edits"] if edited(edit, kinds) == name]
        shown.append(
            {
                "name": name,
                **value,
                "rendered": rendered if rendered != value.get("url") else None,
                "told": file_words(value) if "url" in value else "",
                "edits": [edit_words(edit)[1] for edit in edits],
            }
        )
    return shown


def _answer(value: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """With what its kind is told by: the first scores, findings in words, a value of any form as text."""
    match value["kind"]:
        case "label":
            return {**value, "scores": value["scores"][:SHOWN_SCORES]}
        case "table":
            return {**value, "told": summed_up(value), "table": table_shown(value)}
        case "json":
            return {**value, "text": as_text(value["value"])}
        case "vector":
            return {**value, "told": vectors.summed_up(value), "strip": vectors.strip(value["values"])}
        case kind if kind in FOUND:
            return {**value, "findings": told_of(value, inputs)}
    return value
