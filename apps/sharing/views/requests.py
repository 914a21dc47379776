"""Access requests in the link manager: make a link for who asked, or dismiss it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.endpoints.views.base import EndpointBase
from apps.sharing.access_requests import dismiss_request, grant_access
from atrium.access.principals import LinkRole
from atrium.access.views import see
from atrium.errors import Conflict, FieldError, Invalid

from .team import EXPIRIES, expiry


class GrantView(EndpointBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, request_id: UUID) -> HttpResponseBase:
        self.find(project, endpoint)
        role, days = request.POST.get("role", ""), request.POST.get("expires", "30")
        if role not in {str(each.value) for each in LinkRole} or days not in dict(EXPIRIES):
            raise Invalid(FieldError("role", "unknown", "Choose what they may do, and for how long."))
        try:
            granted = grant_access(
                self.member, self.endpoint.pk, request_id, role=LinkRole(int(role)), expires_at=expiry(days)
            )
        except Conflict as problem:
            messages.warning(request, problem.message)
        else:
            messages.success(request, f"A link of its own is on its way to {granted.email}.")
        return see(f"{self.endpoint_url}links/")


class DismissView(EndpointBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, request_id: UUID) -> HttpResponseBase:
        self.find(project, endpoint)
        try:
            dismissed = dismiss_request(self.member, self.endpoint.pk, request_id)
        except Conflict as problem:
            messages.warning(request, problem.message)
        else:
            messages.success(request, f"Dismissed. {dismissed.name} is told so by mail.")
        return see(f"{self.endpoint_url}links/")
