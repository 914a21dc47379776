"""Choosing a team, and making one."""

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.teams.selectors import teams_of
from apps.teams.services import create_team
from atrium.access.views import PersonView, see
from atrium.errors import Problem
from atrium.pages.forms import tell


class TeamForm(forms.Form):
    name = forms.CharField(
        max_length=120, label="Name of the team", help_text="A laboratory, a group, a company. Reviewers see it."
    )


class TeamsView(PersonView):
    """Every team of the person, and the form for a new one; somebody without a team meets only the form."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.page(request, TeamForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = TeamForm(request.POST)
        if form.is_valid():
            try:
                return see(f"/t/{create_team(self.person, name=form.cleaned_data['name']).slug}/")
            except Problem as problem:
                tell(form, problem)
        return self.page(request, form, status=400)

    def page(self, request: HttpRequest, form: TeamForm, status: int = 200) -> HttpResponseBase:
        context = {"teams": teams_of(self.person), "form": form, "person": self.person}
        return TemplateResponse(request, "home/teams.html", context, status=status)
