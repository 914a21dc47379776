"""A project's endpoints, and deploying a version as a new one."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.first_example import show_first_example
from apps.endpoints.permissions import can_change_endpoints
from apps.endpoints.quarantine import held_in
from apps.endpoints.selectors import endpoints_for
from apps.endpoints.services import create_endpoint
from apps.endpoints.traffic import traffic_of
from apps.projects.views import ProjectView
from apps.registry.selectors import version_for
from atrium.access.views import see
from atrium.errors import Problem
from atrium.pages.forms import id_in

EXAMPLE_SECONDS = 3.0
"""How long the page that follows waits for the example to be answered."""


class EndpointsPage(ProjectView):
    here = "endpoints"

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        endpoints = endpoints_for(self.member, self.project)
        traffic = traffic_of(self.member, endpoints)
        context = {
            "shell": self.shell("Endpoints"),
            "lines": [{"endpoint": endpoint, "traffic": traffic[endpoint.pk], "links": None} for endpoint in endpoints],
            "may_change": can_change_endpoints(self.member),
            "kept_aside": held_in(self.member, self.project),
        }
        return TemplateResponse(request, "endpoints/endpoints.html", context)

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        """From a version's page; what is refused is told there."""
        self.open_project(project)
        version = version_for(self.member, id_in(request.POST.get("version", ""), "version"))
        try:
            endpoint = create_endpoint(
                self.member, self.project.pk, name=request.POST.get("name", ""), version_id=version.pk
            )
        except Problem as problem:
            if problem.code in ("not_permitted", "not_found"):
                raise
            messages.error(request, problem.message)
            return see(f"{self.url}models/{version.model.slug}/v{version.number}/")
        transaction.on_commit(lambda: show_first_example(self.member, endpoint.pk, wait=EXAMPLE_SECONDS))
        messages.success(request, f"{version} is served as “{endpoint.name}”.")
        return see(f"{self.url}endpoints/{endpoint.slug}/")
