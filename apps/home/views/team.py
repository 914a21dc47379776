"""A team's first page: its projects, its people, a form for a new project, and the way in for who has none."""

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.home.deletion import deletions_of
from apps.home.overview import figures_of, pool_now, projects_of, start_of
from apps.projects.permissions import can_change_projects
from apps.projects.services import create_project
from apps.projects.shell import shell_for
from apps.registry.notebook import INSTALL, ten_lines
from apps.teams.permissions import can_make_tokens, can_manage_members
from apps.teams.selectors import members_of
from atrium.access.views import TeamView, see
from atrium.errors import Problem
from atrium.pages.forms import tell


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=120)
    description = forms.CharField(
        max_length=5000, required=False, label="What it is about", widget=forms.Textarea({"rows": 2})
    )


class TeamHome(TeamView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.page(request, ProjectForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = ProjectForm(request.POST)
        if form.is_valid():
            try:
                project = create_project(self.member, **form.cleaned_data)
            except Problem as problem:
                if problem.code == "not_permitted":
                    raise
                tell(form, problem)
            else:
                return see(f"{request.path}{project.slug}/")
        return self.page(request, form, status=400)

    def page(self, request: HttpRequest, form: ProjectForm, status: int = 200) -> HttpResponseBase:
        projects = projects_of()
        context = {
            "install": INSTALL,
            "snippet": ten_lines(settings.ATRIUM_URL, projects[0].name if projects else "my-project"),
            "shell": shell_for(self.member, "Overview", here="overview"),
            "projects": projects,
            "figures": figures_of(self.member),
            "people": members_of(self.member),
            "manages": can_manage_members(self.member),
            "pool": pool_now(),
            "start": start_of(self.member),
            "form": form,
            "deletions": deletions_of(self.member),
            "may_change": can_change_projects(self.member),
            "may_make_tokens": can_make_tokens(self.member),
        }
        return TemplateResponse(request, "home/team.html", context, status=status)
