"""What a link that is over shows to who holds it: that it is, and a form that asks the team for another."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.sharing.access_requests import ask_for_access
from atrium.access.door import team_of_closed
from atrium.access.guests import holds_key
from atrium.access.views import see
from atrium.errors import Invalid, NotFound, Problem
from atrium.pages.forms import tell

ASKED = "asked"
"""In the query of the page that says that the team was told."""


class AccessForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label="Your e-mail address", help_text="The new link is mailed there.")
    message = forms.CharField(
        max_length=500, required=False, label="What is it for?", help_text="One sentence to the team."
    )


def closed_page(
    request: HttpRequest, problem: Problem, form: AccessForm | None = None, status: int = 410
) -> HttpResponse:
    context = {"problem": problem, "form": form or AccessForm(), "was_asked": ASKED in request.GET}
    response = render(request, "sharing/closed.html", context, status=200 if context["was_asked"] else status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["POST"])
def ask_access(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Put the request before the team. Whoever never held the link finds nothing here; an open link takes none."""
    if not holds_key(link_id, request.COOKIES):
        raise NotFound
    team_id = team_of_closed(link_id)
    form = AccessForm(request.POST)
    if form.is_valid():
        try:
            ask_for_access(team_id, link_id, **form.cleaned_data, where=request.META.get("REMOTE_ADDR", ""))
        except Invalid as problem:
            tell(form, problem)
        else:
            return see(f"/r/{link_id}/?{ASKED}")
    return closed_page(request, Problem("link_expired", "The link is over."), form, status=400)
