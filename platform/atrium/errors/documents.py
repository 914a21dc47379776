"""A problem as RFC 9457 writes it, and as a plain Django response."""

from typing import Any, TypeVar

import msgspec
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from atrium.addresses import absolute

from .problems import Problem, Unavailable

R = TypeVar("R", bound=HttpResponse)

CONTENT_TYPE = "application/problem+json"
UNIQUE_VIOLATION, KEY_VIOLATION, DISK_FULL = "23505", "23503", "53100"
IN_EACH_OTHERS_WAY = frozenset({"40P01", "55P03"})
"""Two waited for each other, or one for too long."""
TOOK_TOO_LONG = "57014"


def document(problem: Problem, request_id: str = "") -> dict[str, Any]:
    """The body: type, title, status, code, detail, errors, request_id."""
    return {
        "type": absolute(f"/docs/errors#{problem.code}"),
        "title": problem.entry.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.message,
        "errors": [{"field": e.field, "code": e.code, "message": e.message} for e in problem.errors],
        "request_id": request_id,
        **problem.more,
    }


def respond(problem: Problem, request: HttpRequest) -> HttpResponse:
    body = document(problem, getattr(request, "id", ""))
    response = HttpResponse(msgspec.json.encode(body), status=problem.status, content_type=CONTENT_TYPE)
    return with_headers(response, problem)


def with_headers(response: R, problem: Problem) -> R:
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def as_problem(error: BaseException) -> Problem | None:
    """The problem that an exception of a library means, or None where it is a bug of ours."""
    if isinstance(error, Problem):
        return error
    state = getattr(error.__cause__, "sqlstate", "") or ""
    if isinstance(error, OperationalError) and state == DISK_FULL:
        sentence = "The database's disk is full: its operator must free some space. What was accepted is kept."
        return Unavailable(sentence, retry_after=30)
    if isinstance(error, OperationalError) and state in IN_EACH_OTHERS_WAY:
        return Unavailable("Somebody else changes the same at this moment. Nothing was done; try again.")
    if isinstance(error, OperationalError) and state == TOOK_TOO_LONG:
        return Unavailable("The database took too long over this and was stopped. Try again, or ask for less at once.")
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable("The database is away. What was accepted is kept; try again in a moment.")
    if isinstance(error, RedisConnectionError | RedisTimeoutError):
        return Unavailable("The message service is away. What was accepted is kept; try again in a moment.")
    if isinstance(error, IntegrityError) and state == UNIQUE_VIOLATION:
        return Problem("conflict", "Somebody made the same a moment ago. Look again, then choose another name.")
    if isinstance(error, IntegrityError) and state == KEY_VIOLATION:
        return Problem("conflict", "What this belongs to was deleted a moment ago. Load it again.")
    return None
