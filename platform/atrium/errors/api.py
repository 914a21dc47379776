"""Problems raised below a DRF view."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response

from .documents import CONTENT_TYPE, document, with_headers
from .middleware import problem_from
from .problems import FieldError, Problem


def _fields(detail: Any, path: str = "") -> list[FieldError]:
    if isinstance(detail, dict):
        return [error for key, value in detail.items() for error in _fields(value, f"{path}.{key}" if path else key)]
    if isinstance(detail, list):
        errors = []
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            errors += _fields(value, f"{path}.{index}" if nested else path)
        return errors
    name = "" if path == "non_field_errors" else path.removesuffix(".non_field_errors")
    return [FieldError(name, getattr(detail, "code", "invalid"), str(detail))]


def from_framework(error: exceptions.APIException) -> Problem:
    match error:
        case exceptions.ValidationError():
            errors = _fields(error.detail)
            told = " ".join(f"{e.field}: {e.message}" if e.field else e.message for e in errors[:3])
            return Problem("invalid", told, errors=errors)
        case exceptions.ParseError():
            return Problem("malformed", f"The body cannot be read as JSON: {error.detail}")
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Problem("unauthenticated")
        case exceptions.MethodNotAllowed():
            return Problem("method_not_allowed")
        case exceptions.UnsupportedMediaType():
            return Problem("unsupported_media_type")
        case exceptions.NotAcceptable():
            return Problem("not_acceptable")
        case exceptions.NotFound():
            return Problem("not_found")
        case exceptions.PermissionDenied():
            return Problem("not_permitted")
    return problem_from(error)


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    request: HttpRequest = context["request"]
    problem = from_framework(error) if isinstance(error, exceptions.APIException) else problem_from(error)
    body = document(problem, getattr(request, "id", ""))
    response = Response(body, status=problem.status, content_type=CONTENT_TYPE)
    return with_headers(response, problem)
