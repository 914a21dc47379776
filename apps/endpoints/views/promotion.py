"""Promoting a version: the two interfaces compared before anything changes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.models import Endpoint
from apps.endpoints.permissions import can_change_endpoints
from apps.endpoints.selectors import endpoint_by_slug
from apps.endpoints.services import promote
from apps.registry.gates import judged, sections_of
from apps.registry.interfaces import differences, read_interface
from apps.registry.views.base import ModelsBase
from apps.registry.words import Told, told
from atrium.access.views import see
from atrium.errors import Problem, require


class PromotionPage(ModelsBase):
    """`?endpoint=` names where the version is to be served."""

    endpoint: Endpoint

    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number, request.GET.get("endpoint", ""))
        was, now = self.endpoint.version.interface or {}, self.version.interface or {}
        forbids, notices = differences(read_interface(was), read_interface(now))
        context = {
            "shell": self.version_shell("Promote"),
            "version": self.version,
            "here": self.version_url,
            "endpoint": self.endpoint,
            "forbids": forbids,
            "notices": notices,
            "judged": judged(self.version),
            "sections": sections_of(self.member, self.version),
            "sides": [("Takes", _beside(was, now, "inputs")), ("Answers", _beside(was, now, "outputs"))],
        }
        return TemplateResponse(request, "endpoints/promote.html", context)

    def post(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number, request.POST.get("endpoint", ""))
        try:
            endpoint, notices = promote(self.member, self.endpoint.pk, self.version.pk)
        except Problem as problem:
            if problem.status != 409:
                raise
            messages.error(request, problem.message)
            return see(self.version_url)
        messages.success(request, " ".join([f"“{endpoint.name}” serves {self.version} now.", *notices]))
        return see(f"{self.url}endpoints/{endpoint.slug}/")

    def open(self, project: str, model: str, number: int, endpoint: str) -> None:
        self.find(project, model, number)
        require(can_change_endpoints(self.member), "Viewers cannot promote.")
        self.endpoint = endpoint_by_slug(self.member, self.project, endpoint)
        if not self.version.servable:
            raise Problem("not_ready", f"{self.version} is not ready to serve, or its interface is not confirmed.")


def _beside(was: dict[str, Any], now: dict[str, Any], side: str) -> list[tuple[str, Told | None, Told | None]]:
    """Each input or output as it is served and as it would be; None where it is not there."""
    old, new = ({field.name: field for field in told(interface, side)} for interface in (was, now))
    return [(name, old.get(name), new.get(name)) for name in [*old, *(name for name in new if name not in old)]]
