"""One version: what it is, what the inspection found, and what can be done with it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.artifacts.views import file_response
from apps.jobs.selectors import given_up_at
from apps.projects.acts import ActsOnVersion
from apps.registry.cards import CARD, card_of
from apps.registry.functions import LIVE
from apps.registry.gates import sections_of
from apps.registry.models import Version
from apps.registry.permissions import can_change_models, can_download_models
from apps.registry.services import change_version, delete_version, download_version, retry_inspection
from apps.registry.steps import steps_told
from apps.registry.words import told
from atrium.tenancy.context import team_context

from .base import ModelsBase

LONG = timedelta(minutes=1)
"""After which an inspection is longer under way than one takes."""


class VersionPage(ModelsBase):
    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.find(project, model, number)
        version = self.version
        facts = (version.report or {}).get("facts", {})
        serving = list(version.endpoints.all())
        endpoints = self.project.endpoints.select_related("version").order_by("name")
        others = [endpoint for endpoint in endpoints if endpoint not in serving]
        others.sort(key=lambda endpoint: endpoint.version.model_id != version.model_id)  # its model's own come first
        context = {
            "shell": self.shell(f"v{version.number}", *self.way(), of=self.model.name),
            "version": version,
            "here": self.version_url,
            "is_live": version.format == LIVE,
            "waits": version.state in (Version.State.UPLOADING, Version.State.INSPECTING),
            "sides": _sides(version.interface or version.proposed),
            "steps": steps_told(version.interface or version.proposed),
            "files": _files(facts),
            "facts": facts,
            "tensors": _tensors(facts),
            "card": [(CARD[name], said) for name, said in card_of(version).items()],
            "serving": serving,
            "others": others,
            "sections": sections_of(self.member, version),
            "sha256": bytes(version.artifact.sha256).hex(),
            **_waiting(version),
            "may_change": can_change_models(self.member),
            "may_download": can_download_models(self.member),
        }
        return TemplateResponse(request, "registry/version.html", context)


def _waiting(version: Version) -> dict[str, Any]:
    """seconds: since it was announced. tried_until: of an inspection that waits long, when it will be given up."""
    return {
        "seconds": int((timezone.now() - version.created_at).total_seconds()),
        "tried_until": given_up_at(version.pk, LONG),
    }


def _sides(interface: dict[str, Any] | None) -> list[tuple[str, Any]]:
    if interface is None:
        return []
    return [("Takes", told(interface, "inputs")), ("Answers", told(interface, "outputs"))]


def _files(facts: dict[str, Any]) -> list[tuple[str, int, str]]:
    """(name, bytes, SHA-256) of each in a bundle; reports of before have no digests."""
    digests = facts.get("sha256", {})
    return [(name, size, digests.get(name, "")) for name, size in facts.get("files", {}).items()]


def _tensors(facts: dict[str, Any]) -> list[dict[str, str]]:
    """Each tensor as the file declares it beside what the trial saw."""
    seen = facts.get("observed", {})
    rows = []
    for side, word in (("inputs", "in"), ("outputs", "out")):
        observed = {tensor["name"]: _words(tensor) for tensor in seen.get(side, ())}
        for tensor in facts.get(side, ()):
            declared, found = _words(tensor), observed.get(tensor["name"], "")
            rows.append({"side": word, "name": tensor["name"], "declared": declared, "observed": found})
    return rows


def _words(tensor: dict[str, Any]) -> str:
    """As people write it: float32 [n, 3, 224, 224]."""
    kind = tensor.get("kind", "tensor")
    if kind != "tensor":
        return str(kind)
    shape = tensor.get("shape")
    return f"{tensor['dtype']} " + ("of any rank" if shape is None else f"[{', '.join(map(str, shape))}]")


class VersionState(ModelsBase):
    """The state while it changes: asked every 2 s; once it is decided the page loads itself anew."""

    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.find(project, model, number)
        if self.version.state not in (Version.State.UPLOADING, Version.State.INSPECTING):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        context = {"version": self.version, "url": self.version_url, **_waiting(self.version)}
        return TemplateResponse(request, "registry/parts/waiting.html", context)


class VersionActs(ModelsBase, ActsOnVersion):
    retry, change, remove = staticmethod(retry_inspection), staticmethod(change_version), staticmethod(delete_version)

    @property
    def above(self) -> str:
        return f"{self.url}models/{self.model.slug}/"


class VersionFile(ModelsBase):
    """The uploaded file, from the store where it is large. Noted in the audit before it goes."""

    holds_context = False

    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, model, number)
            version = download_version(self.member, self.version.pk)
        ending = "zip" if version.format == "bundle" else version.format
        name = f"{self.model.slug}-v{version.number}.{ending}"
        return file_response(version.artifact, name)
