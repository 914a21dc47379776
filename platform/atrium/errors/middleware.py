"""Turns a problem that a page raised into a page, and one that an API view raised into a document."""

import logging
import re
from collections.abc import Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from .documents import as_problem, respond, with_headers
from .problems import Problem

log = logging.getLogger("atrium.errors")


def problem_from(error: BaseException) -> Problem:
    """Every exception as a problem; one that is ours is logged with its trace and told only by its id."""
    known = as_problem(error)
    if known is not None:
        return known
    match error:
        case Http404():
            return Problem("not_found")
        case PermissionDenied():
            return Problem("not_permitted")
        case RequestDataTooBig():
            return Problem("too_large")
        case SuspiciousOperation() | BadRequest():
            return Problem("malformed", "The request contradicts itself. Load the page again.")
    log.error("unexpected error", exc_info=error)
    return Problem("internal")


def wants_document(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


TEAM = re.compile("/t/[^/]+/")
"""Where who is refused one page of it goes on: only members come so far as to be refused."""


def present(error: BaseException, request: HttpRequest) -> HttpResponse:
    """The answer that tells a problem: a document for programs, a page for people."""
    problem = problem_from(error)
    if wants_document(request):
        return respond(problem, request)
    team = TEAM.match(request.path) if problem.code == "not_permitted" else None
    context = {"problem": problem, "request_id": getattr(request, "id", ""), "team": team.group() if team else ""}
    page = render(request, "atrium/problem.html", context)
    page.status_code = problem.status
    return with_headers(page, problem)


class ProblemMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return present(exception, request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return present(Problem("not_found"), request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return present(exception or Problem("malformed"), request)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    sentence = "This page was open for too long or came from elsewhere. Load it again." if reason else ""
    return present(Problem("not_permitted", sentence), request)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What allauth answers at the limits of ACCOUNT_RATE_LIMITS; most of its windows are a minute."""
    problem = Problem("too_many_requests", retry_after=60)
    if wants_document(request):
        return respond(problem, request)
    return with_headers(render(request, "429.html", status=problem.status), problem)


def server_error(request: HttpRequest) -> HttpResponse:
    return present(Problem("internal"), request)
