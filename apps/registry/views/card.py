"""Writing a version's card, the facts above the bench, and the team's own notes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.registry.cards import CARD, LENGTH
from apps.registry.permissions import can_change_models
from apps.registry.services import change_version
from atrium.access.views import see
from atrium.errors import require

from .base import ModelsBase


def _area(fact: str, hint: str, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=CARD[fact], help_text=hint, required=False, max_length=LENGTH, widget=forms.Textarea({"rows": rows})
    )


class CardForm(forms.Form):
    purpose = _area("purpose", "One sentence; it stands above the bench.", 2)
    not_for = _area("not_for", "Reviewers read it before they rely on an answer.", 2)
    validation = _area("validation", "On which data, by whom, with which figures.")
    known_errors = _area("known_errors", "Where it is known to fail.")
    contact = forms.CharField(
        label=CARD["contact"], help_text="Who answers questions.", required=False, max_length=LENGTH
    )
    notes = forms.CharField(
        label="Notes of the team",
        help_text="Reviewers do not see them.",
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
    )


class CardPage(ModelsBase):
    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number)
        return self.page(request, CardForm({**self.version.card, "notes": self.version.notes}))

    def post(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.open(project, model, number)
        form = CardForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        given: dict[str, Any] = form.cleaned_data
        card = {name: given[name].strip() for name in CARD if given[name].strip()}
        change_version(self.member, self.version.pk, card=card, notes=given["notes"])
        messages.success(request, "The card is saved.")
        return see(self.version_url)

    def open(self, project: str, model: str, number: int) -> None:
        self.find(project, model, number)
        require(can_change_models(self.member), "Viewers read the card on the version’s page; members write it.")

    def page(self, request: HttpRequest, form: CardForm, status: int = 200) -> HttpResponseBase:
        context = {"shell": self.version_shell("Card"), "version": self.version, "form": form, "url": self.version_url}
        return TemplateResponse(request, "registry/card.html", context, status=status)
