"""The link manager of an endpoint: make a link, see what was done through it, say where it is shown, revoke it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import validate_email
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from uuid6 import uuid7

from apps.endpoints.views.base import EndpointBase
from apps.registry.permissions import can_change_models
from apps.registry.services import change_version
from apps.sharing.access_requests import requests_for
from apps.sharing.api import secret_url
from apps.sharing.history import acts_shown
from apps.sharing.origins import markup
from apps.sharing.permissions import can_share
from apps.sharing.selectors import link_row, links_for, visits_of
from apps.sharing.services import create_link, revoke_link, set_origins
from atrium.access.principals import LinkRole
from atrium.access.views import see
from atrium.errors import Problem
from atrium.pages.forms import tell
from atrium.pages.shell import Place

ALLOWED = {
    LinkRole.VIEW: "Looks at the examples and their answers. Sends nothing of its own.",
    LinkRole.TRY: "Also tries own cases, changes them, and sees the answer follow.",
    LinkRole.REVIEW: "Also judges: flags, marks, corrects, and reads your replies.",
}
EXPIRIES = [("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("", "Never")]


class OriginsForm(forms.Form):
    embed = forms.CharField(
        required=False,
        label="Shown on pages of",
        help_text="One origin a line, as https://clinic.example. There it opens in a frame; nowhere else does it.",
        widget=forms.Textarea({"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_embed(self) -> list[str]:
        origins: list[str] = self.cleaned_data["embed"].replace(",", "\n").split()
        return origins


class LinkForm(OriginsForm):
    label = forms.CharField(
        max_length=120, label="For whom", help_text="As “Ward review, November”. Only the team sees it."
    )
    role = forms.TypedChoiceField(
        choices=[(role.value, role.word.capitalize()) for role in LinkRole],
        coerce=lambda value: LinkRole(int(value)),
        initial=LinkRole.REVIEW.value,
        widget=forms.RadioSelect,
        label="What they may do",
    )
    expires = forms.ChoiceField(choices=EXPIRIES, initial="30", required=False, label="Works for")
    passcode = forms.CharField(
        min_length=4,
        max_length=100,
        required=False,
        help_text="Asked for when the link is opened. Send it by another way.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    addresses = forms.CharField(
        required=False,
        label="Only for these addresses",
        help_text="One a line. Each visit then begins with a code by mail, and a forwarded link opens nothing.",
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    quota = forms.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        label="Cases",
        help_text="How many may be kept, all guests together.",
    )
    purpose = forms.CharField(
        max_length=2000,
        required=False,
        label="What is this model for?",
        help_text="One sentence. It stands above the bench; reviewers judge better when they know.",
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, asks_purpose: bool) -> None:
        super().__init__(data, initial={"key": str(uuid7())})
        if not asks_purpose:
            del self.fields["purpose"]

    def clean_addresses(self) -> list[str]:
        addresses: list[str] = self.cleaned_data["addresses"].replace(",", "\n").split()
        for address in addresses:
            try:
                validate_email(address)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{address}” is not an e-mail address.") from error
        return addresses


def expiry(days: str) -> datetime | None:
    return timezone.now() + timedelta(days=int(days)) if days else None


class LinksView(EndpointBase):
    """The list, and the form. A link's address is in the answer to its creation and nowhere else."""

    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        return self.page(request)

    def post(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        given = form.cleaned_data
        try:
            link, secret = create_link(
                self.member,
                self.endpoint.pk,
                role=given["role"],
                expires_at=expiry(given["expires"]),
                label=given["label"],
                passcode=given["passcode"],
                addresses=given["addresses"],
                embed=given["embed"],
                quota=given["quota"],
                key=f"page:{given['key']}",
                body=given["label"].encode(),
            )
        except Problem as problem:
            if problem.code == "not_permitted":
                raise
            if problem.code in ("already_created", "key_reused"):
                messages.warning(request, "This link was made already; its address was shown once. Make another one.")
                return see(self.here_url)
            tell(form, problem)
            return self.page(request, form, status=400)
        if given.get("purpose"):
            card = self.endpoint.version.card | {"purpose": given["purpose"]}
            self.endpoint.version = change_version(self.member, self.endpoint.version_id, card=card)
        return self.page(request, made=link.pk, address=secret_url(secret), passcode=given["passcode"])

    @property
    def here_url(self) -> str:
        return f"{self.endpoint_url}links/"

    def form(self, data: Mapping[str, Any] | None = None) -> LinkForm:
        says_nothing = not self.endpoint.version.card.get("purpose")
        return LinkForm(data, asks_purpose=says_nothing and can_change_models(self.member))

    def page(
        self,
        request: HttpRequest,
        form: LinkForm | None = None,
        *,
        made: UUID | None = None,
        address: str = "",
        passcode: str = "",
        status: int = 200,
    ) -> HttpResponseBase:
        rows = links_for(self.member, self.endpoint)
        context = {
            "shell": self.shell(
                "Links",
                Place("Endpoints", f"{self.url}endpoints/"),
                Place(self.endpoint.name, self.endpoint_url),
            ),
            "endpoint": self.endpoint,
            "rows": rows,
            "made": next((row for row in rows if row.id == made), None),
            "address": address,
            "passcode": passcode,
            "iframe": markup(address, self.endpoint.name) if address else "",
            "requests": requests_for(self.member, self.endpoint.pk) if can_share(self.member) else [],
            "link_roles": [(role.value, role.word.capitalize()) for role in LinkRole],
            "expiries": EXPIRIES,
            "form": form or self.form(),
            "is_wrong": form is not None,
            "allowed": [(role.word.capitalize(), text) for role, text in ALLOWED.items()],
            "may_share": can_share(self.member),
        }
        response = TemplateResponse(request, "sharing/links.html", context, status=status)
        response["Cache-Control"] = "no-store"
        return response


class LinkView(EndpointBase):
    """One link: who came, when, and what they did; and on whose pages it is shown."""

    def get(self, request: HttpRequest, project: str, endpoint: str, link_id: UUID) -> HttpResponseBase:
        self.find(project, endpoint)
        return self.page(request, link_id)

    def post(self, request: HttpRequest, project: str, endpoint: str, link_id: UUID) -> HttpResponseBase:
        self.find(project, endpoint)
        link_row(self.member, self.endpoint, link_id)
        form = OriginsForm(request.POST)
        if not form.is_valid():
            return self.page(request, link_id, form, status=400)
        try:
            link = set_origins(self.member, link_id, form.cleaned_data["embed"])
        except Problem as problem:
            if problem.code == "not_permitted":
                raise
            tell(form, problem)
            return self.page(request, link_id, form, status=400)
        messages.success(request, f"Shown on pages of {', '.join(link.embed)}." if link.embed else "Shown on no page.")
        return see(f"{self.endpoint_url}links/{link_id}/")

    def page(
        self, request: HttpRequest, link_id: UUID, form: OriginsForm | None = None, *, status: int = 200
    ) -> HttpResponseBase:
        row = link_row(self.member, self.endpoint, link_id)
        visits = visits_of(self.member, link_id)
        links = f"{self.endpoint_url}links/"
        context = {
            "shell": self.shell(
                row.label or "Link",
                Place("Endpoints", f"{self.url}endpoints/"),
                Place(self.endpoint.name, self.endpoint_url),
                Place("Links", links),
            ),
            "endpoint": self.endpoint,
            "row": row,
            "allowed": ALLOWED[LinkRole[row.role.upper()]],
            "visits": visits,
            "acts": acts_shown(self.member, link_id, visits, f"{self.url}inbox/"),
            "may_share": can_share(self.member),
            "links": links,
            "form": form or OriginsForm(initial={"embed": "\n".join(row.embed)}),
            "is_wrong": form is not None,
            "iframe": markup(secret_url("…"), self.endpoint.name),
        }
        return TemplateResponse(request, "sharing/link.html", context, status=status)


class RevokeLinkView(EndpointBase):
    def post(self, request: HttpRequest, project: str, endpoint: str, link_id: UUID) -> HttpResponseBase:
        self.find(project, endpoint)
        row = link_row(self.member, self.endpoint, link_id)
        revoke_link(self.member, link_id)
        messages.success(request, f"“{row.label or 'The link'}” was revoked. Open pages close within a second.")
        return see(f"{self.endpoint_url}links/")
