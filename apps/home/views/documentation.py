"""The documentation and the reference, open to everybody: what is written in infra/docs/, and what the code itself
says of its API, its scopes and its errors."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.home.documentation import contents, document, entries, pages
from apps.home.reference import groups
from apps.home.scopes import SCOPES, SCOPES_RULE
from atrium.errors.register import REGISTER, Kind

REMEDIES = {
    Kind.MEND: "change the request",
    Kind.LATER: "try again later",
    Kind.OURS: "tell us the request's id",
}


def _render(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    here = next((entry for entry in entries() if entry.address == request.path), None)
    return render(request, f"home/docs/{template}.html", {"sections": contents(), "here": here, **context})


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    return _render(request, "contents")


@require_safe
def documentation_page(request: HttpRequest, page: str) -> HttpResponse:
    if page not in pages():
        raise Http404
    return _render(request, "page", document=document(page))


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    base = f"{settings.ATRIUM_URL}/api/v1/"
    return _render(request, "api", groups=groups(), base=base)


@require_safe
def scope_reference(request: HttpRequest) -> HttpResponse:
    scopes = [(scope.value, text) for scope, text in SCOPES.items()]
    return _render(request, "scopes", scopes=scopes, scopes_rule=SCOPES_RULE)


@require_safe
def error_reference(request: HttpRequest) -> HttpResponse:
    found = [(code, entry, REMEDIES[entry.kind]) for code, entry in sorted(REGISTER.items())]
    return _render(request, "errors", entries=found)
