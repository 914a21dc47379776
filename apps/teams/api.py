"""REST: who a token is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users.models import User
from atrium.access.api import TeamAPIView
from atrium.tenancy.context import team_context

from .models import Team


class TeamOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class MeOutput(serializers.Serializer[Any]):
    user = serializers.CharField()
    email = serializers.EmailField()
    team = TeamOutput()
    role = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    token = serializers.CharField()


class MeView(TeamAPIView):
    @extend_schema(operation_id="me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        principal = self.principal
        with team_context(principal):
            team = Team.objects.get(pk=principal.team_id)
            user = User.objects.get(pk=principal.user_id)
        return Response(
            {
                "user": str(user),
                "email": user.email,
                "team": {"id": str(team.pk), "slug": team.slug, "name": team.name},
                "role": principal.role.word,
                "scopes": sorted(principal.scopes),
                "token": principal.name,
            }
        )
