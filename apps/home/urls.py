"""Addresses of the first pages: the site's, a person's teams, a team's and a project's."""

from django.urls import path

from .views import account_end, deletion
from .views.landing import landing
from .views.project import ProjectHome
from .views.team import TeamHome
from .views.teams import TeamsView

urlpatterns = [
    path("", landing, name="landing"),
    path("t/", TeamsView.as_view(), name="teams"),
    path("t/<slug:team>/", TeamHome.as_view(), name="team"),
    path("account/data", account_end.DataView.as_view(), name="account-data"),
    path("account/delete/", account_end.EndView.as_view(), name="account-delete"),
    path("t/<slug:team>/settings/deletion/", deletion.DeleteTeamView.as_view(), name="settings-deletion"),
    path("t/<slug:team>/<slug:project>/settings/", deletion.ProjectSettings.as_view(), name="project-settings"),
    path("t/<slug:team>/<slug:project>/settings/retention", deletion.RetentionView.as_view()),
    path("t/<slug:team>/<slug:project>/settings/guests", deletion.GuestsView.as_view()),
    path("t/<slug:team>/<slug:project>/settings/delete", deletion.DeleteProjectView.as_view()),
    path("t/<slug:team>/<slug:project>/", ProjectHome.as_view(), name="project"),
]
