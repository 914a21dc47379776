"""What can go wrong. Every message says what happened, why, and what to do next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._version import __version__


@dataclass(frozen=True)
class FieldProblem:
    """One field that the server refused: its path (`inputs.frame`), a code and a sentence."""

    field: str
    code: str
    message: str


class AtriumError(Exception):
    """The parent of every error of this package.

    code: the server's code for it, or one of the client's own. request_id: what an operator finds it by.
    """

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class Rejected(AtriumError):
    """A model was refused. reason: the sentence that says what to change. rule: the name of the rule it broke."""

    def __init__(self, reason: str, *, rule: str = "", code: str = "rejected", request_id: str = "") -> None:
        super().__init__(reason, code=code, request_id=request_id)
        self.reason = reason
        self.rule = rule


class ExportDiffers(Rejected):
    """The exported model does not answer as the original does on the example.

    output: which one. difference and tolerance: the largest absolute difference found, and the one allowed.
    """

    def __init__(self, reason: str, *, output: str, difference: float, tolerance: float) -> None:
        super().__init__(reason, rule="export_differs", code="export_differs")
        self.output = output
        self.difference = difference
        self.tolerance = tolerance


class NotPermitted(AtriumError):
    """The token is unknown, expired or revoked, or its role and scopes do not allow this."""


class NotFound(AtriumError):
    """There is no such thing, or the token's team does not own it."""


class QuotaExceeded(AtriumError):
    """What the team, the project or the link may use is used up."""


class Conflict(AtriumError):
    """It clashes with what is there: a name that is taken, a version that is served, an interface that differs."""


class Unavailable(AtriumError):
    """The server could not be reached or could not answer now; nothing is wrong with the request."""


class Failed(AtriumError):
    """Accepted, but it ended without an answer; `code` says at which step."""


class Invalid(AtriumError):
    """A value was refused. fields: which ones, and why."""

    def __init__(
        self, message: str, *, fields: Sequence[FieldProblem] = (), code: str = "invalid", request_id: str = ""
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.fields = tuple(fields)


def from_problem(status: int, problem: Mapping[str, object], action: str) -> AtriumError:
    """The error for a problem document (RFC 9457). action: what was tried, such as `create the link`."""
    code = str(problem.get("code") or "")
    request_id = str(problem.get("request_id") or "")
    fields = _fields(problem.get("errors"))
    why = str(problem.get("detail") or problem.get("title") or f"the server answered {status}").strip()
    said = f"Could not {action}: {_sentence(f'{why} {_told(fields, why)}'.strip())}"
    kind, advice = _kind(status, code)
    message = f"{said} {advice}".strip()
    if kind is Invalid:
        return Invalid(message, fields=fields, code=code or "invalid", request_id=request_id)
    if kind is Rejected:
        return Rejected(message, rule=code, request_id=request_id)
    return kind(message, code=code, request_id=request_id)


def _kind(status: int, code: str) -> tuple[type[AtriumError], str]:
    if "quota" in code:
        return QuotaExceeded, "Wait, or ask an admin of the team for more."
    if status == 429:
        return Unavailable, ""
    if status == 401:
        return NotPermitted, "Then run `atrium login`, or give the new token to Atrium(…)."
    if status == 403:
        return NotPermitted, "Ask an admin of the team for the role, or use a token with the scope."
    if status == 404:
        return NotFound, "Check the name, and that the token belongs to the right team (`atrium token`)."
    if status == 410:
        return NotFound, ""
    if status == 409:
        return Conflict, ""
    if status == 405:
        return Invalid, f"The server may be older than this client ({__version__})."
    if status >= 500:
        return Unavailable, "Try again in a moment; if it stays, tell the operator the request id."
    return Invalid, ""


def _fields(errors: object) -> tuple[FieldProblem, ...]:
    if not isinstance(errors, list):
        return ()
    return tuple(
        FieldProblem(str(item.get("field") or ""), str(item.get("code") or ""), str(item.get("message") or ""))
        for item in errors
        if isinstance(item, dict)
    )


def _told(fields: Sequence[FieldProblem], why: str) -> str:
    """Each field that `why` does not name, with its sentence, or alone where `why` says the sentence already."""
    unnamed = [field for field in fields if not (field.field and f"{field.field}: {field.message}" in why)]
    return "; ".join(
        f"({field.field})" if field.message in why else f"{field.field}: {field.message}".removeprefix(": ")
        for field in unnamed
        if field.field or field.message not in why
    )


def _sentence(text: str) -> str:
    return text if re.search(r"[.!?]( \([\w.]+\))?$", text) else f"{text}."  # a field's name may follow
