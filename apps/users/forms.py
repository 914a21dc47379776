"""What sign-up asks and does beside allauth."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from .models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ("name", "email", "password1")

    def try_save(self, request: HttpRequest) -> Any:
        """Who has an account already is answered like anybody else, and not sooner: hashing takes a while."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
