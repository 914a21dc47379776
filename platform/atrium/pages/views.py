"""The catalogue of components and states, for looking at and for accessibility checks; mounted in development."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import words


class _Example(forms.Form):
    name = forms.CharField(max_length=12, help_text="At most 12 characters.")
    purpose = forms.CharField(widget=forms.Textarea, required=False)
    role = forms.ChoiceField(choices=[("view", "View"), ("try", "Try"), ("review", "Review")])
    passcode = forms.CharField(widget=forms.PasswordInput({"autocomplete": "new-password"}))
    notify = forms.BooleanField(label="Tell me when somebody opens it", required=False)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    themes = []
    for theme in ("light", "dark"):
        wrong = _Example({"name": "Ward review, November", "role": "review"}, auto_id=f"{theme}-wrong-%s")
        wrong.full_clean()
        themes.append({"name": theme, "fresh": _Example(auto_id=f"{theme}-%s"), "wrong": wrong})
    times = {"minutes": now - timedelta(minutes=4), "days": now - timedelta(days=12), "ahead": now + timedelta(days=5)}
    context = {"themes": themes, "times": times, "verdicts": words.VERDICTS, "states": words.STATES}
    return render(request, "atrium/catalogue.html", context)
