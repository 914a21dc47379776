"""Pictures of a team's predictions, for its members."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.endpoints.pictures import file_response
from apps.endpoints.selectors import file_for
from atrium.access.views import TeamView
from atrium.tenancy.context import team_context


class TeamPicture(TeamView):
    """Read without an open transaction: the bytes may come from the store."""

    holds_context = False

    def get(self, request: HttpRequest, artifact_id: UUID) -> HttpResponseBase:
        with team_context(self.member):
            artifact = file_for(self.member, artifact_id)
        return file_response(request, artifact)
