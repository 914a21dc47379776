"""What the buttons of a version's page do, whatever it is a version of."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from atrium.access.views import see
from atrium.errors import Conflict, Problem
from atrium.tenancy.context import team_context

from .views import ProjectView


class ActsOnVersion(ProjectView):
    """Retry, archive, restore and delete. A refusal is told on that page.

    retry, change, remove: the services, as static methods. Each opens its own context: a file leaves the store only
    after its row is gone for good. above: the address to look at once the version is gone.
    """

    holds_context = False
    find: Callable[..., None]
    version: Any
    version_url: Any
    above: Any
    retry: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., Any]

    def post(self, request: HttpRequest, project: str, **names: Any) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, **names)
        try:
            return see(self.act(request, request.POST.get("act", "")))
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return see(self.version_url)

    def act(self, request: HttpRequest, act: str) -> str:
        """Do it; the address to look at then."""
        version = self.version
        match act:
            case "retry":
                self.retry(self.member, version.pk)
            case "archive":
                self.change(self.member, version.pk, archived=True)
                messages.success(request, f"{version} is archived.")
            case "restore":
                self.change(self.member, version.pk, archived=False)
                messages.success(request, f"{version} is back.")
            case "delete":
                self.remove(self.member, version.pk)
                messages.success(request, f"{version} is deleted.")
                return str(self.above)
            case _:
                raise Problem("malformed", "There is no such button.")
        return str(self.version_url)
