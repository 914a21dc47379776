"""Addresses of the first pages: the site's, a person's teams, a team's and a project's."""

from django.urls import path

from .views.landing import landing
from .views.project import ProjectHome
from .views.team import TeamHome
from .views.teams import TeamsView

urlpatterns = [
    path("", landing, name="landing"),
    path("t/", TeamsView.as_view(), name="teams"),
    path("t/<slug:team>/", TeamHome.as_view(), name="team"),
    path("t/<slug:team>/<slug:project>/", ProjectHome.as_view(), name="project"),
]
