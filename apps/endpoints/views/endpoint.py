"""One endpoint: what it serves, its examples, its traffic, and how programs call it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints import vectors
from apps.endpoints.findings import FOUND, as_text, brief
from apps.endpoints.models import Prediction
from apps.endpoints.permissions import can_change_endpoints, can_predict
from apps.endpoints.pools import pool_shown
from apps.endpoints.presentation import Addresses, team_addresses
from apps.endpoints.selectors import examples_for, offered_to, promotable_to
from apps.endpoints.services import (
    add_example,
    change_example,
    move_endpoint,
    move_example,
    remove_example,
    rename_endpoint,
)
from apps.endpoints.snippets import snippets_for
from apps.endpoints.tables import summed_up
from apps.endpoints.traffic import traffic_of
from apps.registry.functions import LIVE
from apps.registry.inputs import is_file
from apps.registry.words import told
from atrium.access.views import see
from atrium.errors import NotFound, Problem
from atrium.pages.forms import id_in
from gpu_workers.protocol.interface import FILE_KINDS

from .base import EndpointBase

OFFERED = 12
"""How many of a member's own predictions are offered as examples."""


class EndpointPage(EndpointBase):
    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        found, version = self.endpoint, self.endpoint.version
        addresses = team_addresses(self.team_slug)
        examples = examples_for(self.member, found)
        first = examples[0].prediction if examples else None
        interface = version.interface or {}
        context = {
            "shell": self.endpoint_shell(),
            "here": self.endpoint_url,
            "endpoint": found,
            "version_url": f"{self.url}models/{version.model.slug}/v{version.number}/",
            "version": version,
            "is_live": version.format == LIVE,
            "pool": pool_shown(self.member, found),
            "traffic": traffic_of(self.member, [found])[found.pk],
            "sides": [("Takes", told(interface, "inputs")), ("Answers", told(interface, "outputs"))],
            "examples": [{"example": each, **case(each.prediction, addresses)} for each in examples],
            "own": self.offered(addresses),
            "candidates": promotable_to(self.member, found),
            "snippets": snippets_for(settings.ATRIUM_URL, found, first),
            "has_files": any(field["kind"] in FILE_KINDS for field in interface.get("inputs", ())),
            "may_change": can_change_endpoints(self.member),
            "may_predict": can_predict(self.member, found),
        }
        return TemplateResponse(request, "endpoints/endpoint.html", context)

    def offered(self, addresses: Addresses) -> list[dict[str, Any]]:
        """What the page offers to be shown as an example."""
        return [case(each, addresses) for each in offered_to(self.member, self.endpoint, limit=OFFERED)]


def case(prediction: Prediction, addresses: Addresses) -> dict[str, Any]:
    """A prediction in short: a picture of its file, or its values in words, and the first answer."""
    file = next((value for value in prediction.inputs.values() if is_file(value)), None)
    return {
        "prediction": prediction,
        "thumbnail": f"{addresses.file(file['original'])}?side=320" if file else "",
        "values": ", ".join(str(value["value"]) for value in prediction.inputs.values() if "value" in value)[:90],
        "answer": _answer(prediction),
    }


def _answer(prediction: Prediction) -> str:
    for value in (prediction.answer or {}).values():
        match value["kind"]:
            case "label" if value["scores"]:
                name, score = value["scores"][0]
                return f"{name} {score:.2f}"
            case "number" if value["value"] is not None:
                return f"{value['value']:.4g} {value.get('unit', '')}".strip()
            case "text":
                return str(value["value"])[:60]
            case "image":
                return "a picture"
            case "table":
                return summed_up(value)[:60]
            case "json":
                return as_text(value["value"])[:60]
            case "vector":
                return vectors.summed_up(value)
            case kind if kind in FOUND:
                return brief(value)
            case "audio" | "series" as kind:
                return f"a {'recording' if kind == 'audio' else kind} of {value['seconds']:,.1f} s"
    return "no answer"


class EndpointActs(EndpointBase):
    """Renaming, and what is done with examples: buttons of the endpoint's page."""

    def post(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        given = request.POST
        match given.get("act"):
            case "rename":
                renamed = rename_endpoint(self.member, self.endpoint.pk, name=given.get("name", "")[:80])
                messages.success(request, f"It is called “{renamed.name}” now. The address stays.")
                return see(self.endpoint_url)
            case "move":
                pool_id = id_in(given["pool"], "pool") if given.get("pool") else None
                move_endpoint(self.member, self.endpoint.pk, pool_id)
                messages.success(request, "New cases are answered there; what waits already stays where it is.")
                return see(self.endpoint_url)
            case "add":
                prediction = id_in(given.get("prediction", ""), "prediction")
                add_example(self.member, self.endpoint.pk, prediction, title=given.get("title", ""))
            case "title":
                change_example(self.member, self.mine(given.get("example", "")), title=given.get("title", ""))
            case "up" | "down" as way:
                move_example(self.member, self.mine(given.get("example", "")), up=way == "up")
            case "remove":
                remove_example(self.member, self.mine(given.get("example", "")))
            case _:
                raise Problem("malformed", "There is no such button.")
        return see(f"{self.endpoint_url}#examples")

    def mine(self, text: str) -> Any:
        """The id of an example of this endpoint."""
        example_id = id_in(text, "example")
        if not self.endpoint.examples.filter(pk=example_id).exists():
            raise NotFound
        return example_id
