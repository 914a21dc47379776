"""What a project keeps and for how long, and deleting it or the whole team: each asks for the name first."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.models import Prediction
from apps.home.deletion import ask_project_deletion, ask_team_deletion
from apps.projects.models import Project
from apps.projects.permissions import can_change_projects, can_change_retention
from apps.projects.services import change_project, change_retention
from apps.projects.views import ProjectView
from apps.teams.models import Membership, Team
from apps.teams.permissions import can_delete_team
from atrium.access.principals import Role
from atrium.access.views import see
from atrium.errors import Problem, require
from atrium.pages.forms import tell

from .settings import SettingsView


class RetentionForm(forms.Form):
    days = forms.IntegerField(
        label="Keep predictions for, in days",
        min_value=1,
        max_value=3650,
        help_text="Those that nobody flagged and that are no example. What is older goes within ten minutes.",
    )


class GuestsForm(forms.Form):
    """What reviewers on links may do besides."""

    guests_explain = forms.BooleanField(
        label="Reviewers on links may ask why",
        required=False,
        help_text="Each explanation asks the model up to some hundred times; it takes your team's device time.",
    )


class NameForm(forms.Form):
    """The name of what is to be deleted, typed."""

    name = forms.CharField(label="Its name", max_length=120, widget=forms.TextInput({"autocomplete": "off"}))


class ProjectSettings(ProjectView):
    here = "project-settings"

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        return self.page(request)

    def page(
        self, request: HttpRequest, *, days: RetentionForm | None = None, name: NameForm | None = None
    ) -> HttpResponseBase:
        admins = Membership.objects.filter(role__gte=Role.ADMIN).select_related("user").order_by("-role")
        held = Prediction.objects.filter(endpoint__project=self.project)
        context = {
            "shell": self.shell("Settings"),
            "project": self.project,
            "base": f"{self.url}settings/",
            "may_change": can_change_retention(self.member),
            "may_open": can_change_projects(self.member),
            "guests_form": GuestsForm({"guests_explain": self.project.guests_explain}),
            "admins": " or ".join(str(member.user) for member in admins[:3]),
            "days_form": days or RetentionForm({"days": self.project.retention_days}),
            "name_form": name or NameForm(),
            "held": {
                "models": self.project.models.count(),
                "endpoints": self.project.endpoints.count(),
                "predictions": held.count(),
                "cases": self.project.threads.count(),
            },
        }
        return TemplateResponse(request, "home/project_settings.html", context, status=400 if days or name else 200)


class ProjectAct(ProjectSettings):
    """A form of that page: whoever opens its address is led there."""

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        return see(f"{self.url}settings/")


class RetentionView(ProjectAct):
    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        require(can_change_retention(self.member), "Only admins and owners change how long predictions are kept.")
        form = RetentionForm(request.POST)
        if not form.is_valid():
            return self.page(request, days=form)
        change_retention(self.member, self.project.pk, days=form.cleaned_data["days"])
        messages.success(request, "Saved.")
        return see(f"{self.url}settings/")


class GuestsView(ProjectAct):
    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        change_project(self.member, self.project.pk, guests_explain="guests_explain" in request.POST)
        messages.success(request, "Saved.")
        return see(f"{self.url}settings/")


class DeleteProjectView(ProjectAct):
    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        form = NameForm(request.POST)
        typed = form.cleaned_data["name"] if form.is_valid() else ""
        try:
            ask_project_deletion(self.member, self.project.pk, typed=typed)
        except Problem as problem:
            if problem.code == "not_permitted":
                raise
            if not form.errors:
                tell(form, problem)
            return self.page(request, name=form)
        messages.success(request, f"{self.project.name} is being deleted.")
        return see(f"/t/{self.team_slug}/")


class DeleteTeamView(SettingsView):
    template = "home/settings/deletion.html"
    title = "Delete the team"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.shown(request, NameForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = NameForm(request.POST)
        typed = form.cleaned_data["name"] if form.is_valid() else ""
        try:
            ask_team_deletion(self.member, typed=typed)
        except Problem as problem:
            if problem.code == "not_permitted":
                raise
            if not form.errors:
                tell(form, problem)
            return self.shown(request, form, 400)
        messages.success(request, "The team is being deleted. Its page shows how far it is, until it is gone.")
        return see("/t/")

    def shown(self, request: HttpRequest, form: NameForm, status: int = 200) -> HttpResponseBase:
        require(can_delete_team(self.member), "Only an owner deletes the team.")
        context = {
            "form": form,
            "team": Team.objects.get(pk=self.member.team_id),
            "held": {
                "projects": Project.objects.count(),
                "predictions": Prediction.objects.count(),
                "others": Membership.objects.count() - 1,
            },
        }
        return self.page(request, context, "deletion/", status)
