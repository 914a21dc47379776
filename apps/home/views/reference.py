"""The reference pages: the REST API from its own schema, and every error code. Open to everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.home.reference import groups
from apps.home.scopes import SCOPES, SCOPES_RULE
from apps.home.walkthrough import script
from atrium.errors.register import REGISTER, Kind

REMEDIES = {
    Kind.MEND: "change the request",
    Kind.LATER: "try again later",
    Kind.RETRYING: "a new attempt is under way",
    Kind.OURS: "tell us the request's id",
}


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": groups(),
        "base": f"{settings.ATRIUM_URL}/api/v1/",
        "scopes": [(scope.value, text) for scope, text in SCOPES.items()],
        "scopes_rule": SCOPES_RULE,
        "walkthrough": script(settings.ATRIUM_URL),
        "here": "api",
    }
    return render(request, "home/reference/api.html", context)


@require_safe
def error_reference(request: HttpRequest) -> HttpResponse:
    entries = [(code, entry, REMEDIES[entry.kind]) for code, entry in sorted(REGISTER.items())]
    return render(request, "home/reference/errors.html", {"entries": entries, "here": "errors"})
