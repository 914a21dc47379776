"""A project's first page: what runs, how it is used, and what reviewers said."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.presentation import team_addresses
from apps.feedback.filters import InboxFilters
from apps.feedback.selectors import inbox_for
from apps.home.overview import endpoint_lines, figures_of, newest_tables, newest_versions, pool_now
from apps.projects.selectors import project_by_slug
from apps.projects.shell import shell_for
from apps.registry.permissions import can_change_models
from apps.sharing.permissions import can_share
from atrium.access.views import TeamView

SHOWN_THREADS = 4


class ProjectHome(TeamView):
    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        found = project_by_slug(self.member, project)
        shell = shell_for(self.member, found.name, project=found, here="overview")
        thumbnail = team_addresses(self.kwargs["team"]).thumbnail
        threads = inbox_for(self.member, found, InboxFilters(status="open"), limit=SHOWN_THREADS)
        context = {
            "shell": shell,
            "project": found,
            "figures": figures_of(self.member, found),
            "versions": newest_versions(found),
            "models": found.models.count(),
            "lines": endpoint_lines(self.member, found),
            "tables": newest_tables(self.member, found),
            "datasets": found.datasets.count(),
            "threads": [(row, thumbnail(row.thumbnail) if row.thumbnail else "") for row in threads],
            "pool": pool_now(),
            "may_change": can_change_models(self.member),
            "may_share": can_share(self.member),
        }
        return TemplateResponse(request, "home/project.html", context)
