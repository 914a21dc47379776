"""REST: links."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.selectors import endpoint_for
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.access.principals import LinkRole
from atrium.addresses import absolute
from atrium.errors import FieldError, Invalid
from atrium.tenancy.context import team_context

from .origins import MOST, markup
from .selectors import LinkRow, link_row, links_of, rows_of
from .services import ADDRESSES, create_link, revoke_link, set_origins

ROLES = {role.word: role for role in LinkRole}
ORIGINS = "Origins on whose pages the link may be shown in a frame, as `https://clinic.example`."


class LinkInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=list(ROLES), default="review")
    expires = serializers.CharField(
        max_length=40,
        required=False,
        allow_null=True,
        default="30d",
        help_text="“30d”, “12h”, a time, or null for never.",
    )
    passcode = serializers.CharField(max_length=100, required=False, allow_null=True, allow_blank=True, default=None)
    addresses = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        max_length=ADDRESSES,
        default=list,
        help_text="Whom alone it opens for, each by a code that is mailed at every visit; not beside a passcode.",
    )
    embed = serializers.ListField(
        child=serializers.CharField(max_length=300),
        required=False,
        max_length=MOST,
        default=list,
        help_text=ORIGINS,
    )
    label = serializers.CharField(  # type: ignore[assignment]  # DRF names an attribute of fields so
        max_length=120, required=False, allow_blank=True, default=""
    )
    quota = serializers.IntegerField(required=False, allow_null=True, default=None)


class LinkChange(serializers.Serializer[Any]):
    embed = serializers.ListField(
        child=serializers.CharField(max_length=300),
        max_length=MOST,
        help_text=f"{ORIGINS} These and no others; [] for none.",
    )


class LinkOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    role = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "expired", "revoked"])
    has_passcode = serializers.BooleanField()
    addresses = serializers.ListField(child=serializers.EmailField())
    embed = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    guests = serializers.IntegerField()
    kept = serializers.IntegerField()
    cases_limit = serializers.IntegerField(allow_null=True)
    cases_left = serializers.IntegerField(allow_null=True)
    url = serializers.CharField(required=False, help_text="With the secret; only in the answer to its creation.")
    iframe = serializers.CharField(
        required=False, help_text="Markup that shows the link on a page of `embed`; beside `url`."
    )


def read_expiry(value: str | None) -> datetime | None:
    """“30d”, “12h”, an RFC 3339 time, or None for never."""
    if value is None:
        return None
    short = re.fullmatch(r"(\d{1,4})([dh])", value.strip())
    if short:
        unit = "days" if short[2] == "d" else "hours"
        return timezone.now() + timedelta(**{unit: int(short[1])})
    try:
        moment = parse_datetime(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(FieldError("expires", "invalid", "Give “30d”, “12h”, a time like 2026-12-31T12:00:00Z, or null."))
    return moment


def link_shown(row: LinkRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "label": row.label,
        "role": row.role,
        "state": row.state,
        "has_passcode": row.has_passcode,
        "addresses": list(row.addresses),
        "embed": list(row.embed),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "guests": row.guests,
        "kept": row.kept,
        "cases_limit": row.cases_limit,
        "cases_left": row.cases_left,
    }


def secret_url(secret: str) -> str:
    return absolute(f"/l/{secret}")


class LinksView(TeamAPIView):
    @extend_schema(operation_id="links_list", responses=listed(LinkOutput))
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        with team_context(self.principal):
            links = links_of(self.principal, endpoint_for(self.principal, endpoint_id))
            return Response(page(request, links, link_shown, gathered=rows_of))

    @extend_schema(request=LinkInput, responses={201: LinkOutput})
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        given = parse(LinkInput, request)
        link, secret = create_link(
            self.principal,
            endpoint_id,
            role=ROLES[given["role"]],
            expires_at=read_expiry(given["expires"]),
            label=given["label"],
            passcode=given["passcode"] or "",
            addresses=given["addresses"],
            embed=given["embed"],
            quota=given["quota"],
            **repeatable(request),
        )
        with team_context(self.principal):
            row = link_row(self.principal, link.endpoint, link.pk)
        url = secret_url(secret)
        return Response(link_shown(row) | {"url": url, "iframe": markup(url, link.endpoint.name)}, status=201)


class LinkView(TeamAPIView):
    @extend_schema(request=LinkChange, responses=LinkOutput)
    def patch(self, request: Request, link_id: UUID) -> Response:
        link = set_origins(self.principal, link_id, parse(LinkChange, request)["embed"])
        with team_context(self.principal):
            return Response(link_shown(link_row(self.principal, link.endpoint, link.pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, link_id: UUID) -> Response:
        revoke_link(self.principal, link_id)
        return Response(status=204)
