"""The pages of webhooks, among a project's settings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.projects.views import ProjectView
from atrium.access.views import see
from atrium.errors import Invalid, NotFound
from atrium.pages.shell import Place

from .events import KINDS
from .models import Delivery, Webhook
from .services import (
    MOST,
    change_webhook,
    create_webhook,
    delete_webhook,
    delivery_for,
    hook_for,
    hooks_of,
    redeliver,
    rotate_secret,
    send_test,
)

SHOWN = 50


class WebhooksBase(ProjectView):
    here = "project-settings"

    @property
    def base(self) -> str:
        return f"{self.url}settings/webhooks/"

    def find(self, hook_id: UUID) -> Webhook:
        """Of this project; raises NotFound, NotPermitted."""
        hook = hook_for(self.member, hook_id)
        if hook.project_id != self.project.pk:
            raise NotFound
        return hook

    def place(self) -> tuple[Place, ...]:
        return (Place("Settings", f"{self.url}settings/"),)

    def shown(
        self, request: HttpRequest, hook: Webhook, secret: str = "", error: Invalid | None = None
    ) -> HttpResponseBase:
        """One webhook's page. secret: while it is new."""
        waits = Delivery.objects.filter(hook=hook, state=Delivery.State.PENDING, attempts=0).exists()
        context = {
            "shell": self.shell("Webhook", *self.place(), Place("Webhooks", self.base), of=hook.url),
            "project": self.project,
            "base": self.base,
            "here": f"{self.base}{hook.pk}/",
            "hook": hook,
            "secret": secret,
            "kinds": KINDS,
            "errors": {each.field: each.message for each in error.errors} if error else {},
            "log": list(Delivery.objects.filter(hook=hook)[:SHOWN]),
            "waits": waits,
        }
        return TemplateResponse(request, "webhooks/webhook.html", context, status=400 if error else 200)


def _given(request: HttpRequest) -> dict[str, Any]:
    """What the form of `fields.html` says."""
    return {
        "url": request.POST.get("url", "").strip(),
        "events": request.POST.getlist("events"),
        "note": request.POST.get("note", ""),
    }


class WebhooksPage(WebhooksBase):
    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        return self.page(request)

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        given = _given(request)
        try:
            hook, secret = create_webhook(self.member, self.project.pk, **given)
        except Invalid as error:
            return self.page(request, given=given, error=error)
        return self.shown(request, hook, secret)

    def page(
        self, request: HttpRequest, given: dict[str, Any] | None = None, error: Invalid | None = None
    ) -> HttpResponseBase:
        context = {
            "shell": self.shell("Webhooks", *self.place()),
            "project": self.project,
            "base": self.base,
            "hooks": hooks_of(self.member, self.project),
            "kinds": KINDS,
            "given": given,
            "errors": {each.field: each.message for each in error.errors} if error else {},
            "most": MOST,
        }
        return TemplateResponse(request, "webhooks/webhooks.html", context, status=400 if error else 200)


class OnePage(WebhooksBase):
    """One webhook: what it is told, its log, its secret while that is new."""

    def get(self, request: HttpRequest, project: str, hook_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        return self.shown(request, self.find(hook_id))

    def post(self, request: HttpRequest, project: str, hook_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        hook = self.find(hook_id)
        here = f"{self.base}{hook.pk}/"
        match request.POST.get("act", ""):
            case "rotate":
                hook, secret = rotate_secret(self.member, hook.pk)
                return self.shown(request, hook, secret)
            case "test":
                send_test(self.member, hook.pk)
                return self.done(request, "A test is on its way: its line in the log says what became of it.", here)
            case "on" | "off" as act:
                change_webhook(self.member, hook.pk, is_on=act == "on")
                return self.done(request, "It is switched on." if act == "on" else "It is switched off.", here)
            case "delete":
                delete_webhook(self.member, hook.pk)
                return self.done(request, "The webhook is deleted.", self.base)
        try:
            change_webhook(self.member, hook.pk, **_given(request))
        except Invalid as error:
            return self.shown(request, hook, error=error)
        return self.done(request, "Saved.", here)

    def done(self, request: HttpRequest, told: str, to: str) -> HttpResponseBase:
        messages.success(request, told)
        return see(to)


class RedeliverView(WebhooksBase):
    def post(self, request: HttpRequest, project: str, delivery_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        hook = self.find(delivery_for(self.member, delivery_id).hook_id)
        redeliver(self.member, delivery_id)
        messages.success(request, "It is sent once more.")
        return see(f"{self.base}{hook.pk}/")
