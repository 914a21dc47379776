"""What sign-up asks beside allauth's own fields."""

from django import forms
from django.http import HttpRequest

from .models import User


class SignupForm(forms.Form):
    """allauth builds its sign-up form upon this one."""

    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ("name", "email", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
