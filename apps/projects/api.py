"""REST: projects."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.tenancy.context import team_context

from .addresses import project_url
from .models import Project
from .selectors import listed_projects, project_for
from .services import change_project, create_project, delete_project


class ProjectInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class ProjectChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    guests_explain = serializers.BooleanField(
        required=False, help_text="Whether guests with the role `review` may ask why the model answers as it does."
    )


class ProjectOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    guests_explain = serializers.BooleanField()
    url = serializers.CharField()
    created_at = serializers.DateTimeField()


def project_shown(project: Project) -> dict[str, Any]:
    """Called inside the team's context."""
    return {
        "id": str(project.pk),
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "guests_explain": project.guests_explain,
        "url": project_url(project),
        "created_at": project.created_at.isoformat(),
    }


class ProjectsView(TeamAPIView):
    @extend_schema(
        operation_id="projects_list",
        parameters=[OpenApiParameter("slug", str, description="Only the project of this address.")],
        responses=listed(ProjectOutput),
    )
    def get(self, request: Request) -> Response:
        with team_context(self.principal):
            rows = listed_projects(self.principal, request.query_params.get("slug", ""))
            return Response(page(request, rows, project_shown))

    @extend_schema(request=ProjectInput, responses={201: ProjectOutput})
    def post(self, request: Request) -> Response:
        project = create_project(self.principal, **parse(ProjectInput, request), **repeatable(request))
        with team_context(self.principal):
            return Response(project_shown(project), status=201)


class ProjectView(TeamAPIView):
    @extend_schema(operation_id="projects_read", responses=ProjectOutput)
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(project_shown(project_for(self.principal, project_id)))

    @extend_schema(request=ProjectChange, responses=ProjectOutput)
    def patch(self, request: Request, project_id: UUID) -> Response:
        project = change_project(self.principal, project_id, **parse(ProjectChange, request))
        with team_context(self.principal):
            return Response(project_shown(project))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: UUID) -> Response:
        delete_project(self.principal, project_id)
        return Response(status=204)
