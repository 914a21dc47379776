"""Team settings, API tokens: made here, shown once, revoked here."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.home.scopes import NOTEBOOK, SCOPES, SCOPES_RULE
from apps.registry.notebook import INSTALL, ten_lines
from apps.teams.models import ApiToken
from apps.teams.permissions import can_manage_members
from apps.teams.selectors import tokens_of
from apps.teams.tokens import create_token, revoke_token
from atrium.access.principals import Role, Scope
from atrium.access.views import see
from atrium.errors import Problem
from atrium.pages.forms import tell

from .settings import SettingsView

DAYS = [(30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "1 year")]


class TokenForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="Where it will be used, as “Notebook, ward PC”.")
    days = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=90, label="Works for")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, text) for scope, text in SCOPES.items()],
        initial=[scope.value for scope in NOTEBOOK],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one scope."},
    )


def cells(secret: str) -> str:
    """What to paste into a notebook, with the token in it."""
    return (
        f'{INSTALL}\n\nfrom atrium_client import Atrium\n\natrium = Atrium("{settings.ATRIUM_URL}", token="{secret}")'
    )


class TokensView(SettingsView):
    template = "home/settings/tokens.html"
    title = "API tokens"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.tokens(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = TokenForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                token, secret = create_token(
                    self.member,
                    name=given["name"],
                    scopes=frozenset(Scope(scope) for scope in given["scopes"]),
                    days=given["days"],
                )
            except Problem as problem:
                if problem.code == "not_permitted":
                    raise
                tell(form, problem)
            else:
                return self.tokens(request, made=token, secret=secret)
        return self.tokens(request, form=form, status=400)

    def tokens(
        self,
        request: HttpRequest,
        form: TokenForm | None = None,
        made: ApiToken | None = None,
        secret: str = "",
        status: int = 200,
    ) -> HttpResponseBase:
        context = {
            "rows": tokens_of(self.member),
            "form": form or TokenForm(),
            "scopes": [(scope.value, text) for scope, text in SCOPES.items()],
            "scopes_rule": SCOPES_RULE,
            "made": made,
            "secret": secret,
            "cells": cells(secret) if secret else "",
            "example": ten_lines(settings.ATRIUM_URL, "my-project"),
            "manages": can_manage_members(self.member),
            "is_admin": self.member.role >= Role.ADMIN,
        }
        return self.page(request, context, "tokens/", status)


class RevokeTokenView(SettingsView):
    def post(self, request: HttpRequest, token_id: UUID) -> HttpResponseBase:
        revoke_token(self.member, token_id)
        messages.success(request, "The token was revoked; programs that use it are refused from now on.")
        return see(f"{self.base}tokens/")
