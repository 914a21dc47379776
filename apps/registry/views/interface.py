"""Confirming an interface: the proposal as a form that people can read, or as JSON."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.registry.drafts import draft_of, read_draft, rows_of
from apps.registry.models import Version
from apps.registry.permissions import can_change_models
from apps.registry.services import confirm_interface
from atrium.access.views import see
from atrium.errors import FieldError, Invalid, Problem, require

from .base import ModelsBase


class InterfacePage(ModelsBase):
    """GET shows the proposal; POST confirms the form or the JSON, or shows the form again after a kind was changed."""

    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number)
        return self.page(request, draft_of(self.version))

    def open(self, project: str, model: str, number: int) -> None:
        self.find(project, model, number)
        require(can_change_models(self.member), "Viewers read an interface on the version’s page; members change it.")
        if self.version.state != Version.State.READY:
            raise Problem("not_ready", f"The version is {self.version.state}; its interface comes with its inspection.")

    def post(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number)
        act = request.POST.get("act")
        draft: dict[str, Any] = {}
        try:
            if act == "json":
                draft = _json(request.POST.get("json", ""))
            else:
                draft = read_draft(request.POST.dict(), strictly=False)
                if act != "confirm":
                    return self.page(request, draft)
                draft = read_draft(request.POST.dict())
            confirm_interface(self.member, self.version.pk, draft)
        except Invalid as invalid:
            return self.page(request, draft or draft_of(self.version), invalid, json=request.POST.get("json"))
        except Problem as problem:
            if problem.status != 409:
                raise
            messages.error(request, problem.message)
            return see(self.version_url)
        messages.success(request, "The interface is confirmed. The version can be deployed now.")
        return see(self.version_url)

    def page(
        self, request: HttpRequest, draft: dict[str, Any], invalid: Invalid | None = None, json: str | None = None
    ) -> HttpResponseBase:
        errors = {error.field.removeprefix("interface."): error.message for error in invalid.errors} if invalid else {}
        rows = rows_of(draft, errors)
        shown = {control.name.replace("-", ".") for row in rows for control in (*row.names, *row.controls)}
        context = {
            "shell": self.version_shell("Interface"),
            "version": self.version,
            "here": self.version_url,
            "sides": [(word, [row for row in rows if row.side == side]) for side, word in _SIDES],
            "above": [f"{path}: {message}" for path, message in errors.items() if path not in shown],
            "steps": msgspec.json.encode(draft["steps"]).decode() if draft.get("steps") else "",
            "has_errors": bool(errors),
            "json": json or msgspec.json.format(msgspec.json.encode(draft), indent=2).decode(),
            "as_json": json is not None and request.POST.get("act") == "json",
            "serving": list(self.version.endpoints.all()),
        }
        return TemplateResponse(request, "registry/interface.html", context, status=400 if invalid else 200)


_SIDES = (("inputs", "What it takes"), ("outputs", "What it answers"))


def _json(text: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(FieldError("json", "malformed", f"This is not valid JSON: {error}.")) from error
    if not isinstance(value, dict):
        raise Invalid(FieldError("json", "malformed", "Give an object with inputs and outputs."))
    return value
