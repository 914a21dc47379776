"""Reads of links and guests, inside the team's context."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.quarantine import held_in
from apps.feedback.reviewer_links import ReviewerLink
from apps.jobs.models import Quota
from apps.projects.models import Project
from atrium.access.principals import Member, TeamPrincipal
from atrium.audit.models import Event
from atrium.errors import NotFound, require

from .models import AccessRequest, GuestVisit, Link
from .permissions import can_see_links, can_share


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as the manager shows it. state: open, expired or revoked. cases_left: None without a quota."""

    id: UUID
    label: str
    role: str
    state: str
    has_passcode: bool
    addresses: tuple[str, ...]
    embed: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    guests: int
    kept: int
    cases_limit: int | None
    cases_left: int | None
    last_opened_at: datetime | None


def links_for(principal: TeamPrincipal, endpoint: Endpoint) -> list[LinkRow]:
    """The endpoint's links, newest first."""
    return rows_of(list(links_of(principal, endpoint).order_by("-created_at")))


def link_row(principal: TeamPrincipal, endpoint: Endpoint, link_id: UUID) -> LinkRow:
    """One link of an endpoint; raises NotFound for another's."""
    rows = rows_of(list(links_of(principal, endpoint).filter(pk=link_id)))
    if not rows:
        raise NotFound
    return rows[0]


def links_of(principal: TeamPrincipal, endpoint: Endpoint) -> "QuerySet[Any]":
    """The endpoint's links, as `rows_of` takes them."""
    require(can_see_links(principal))
    found = Link.objects.filter(endpoint=endpoint).select_related("created_by__user")
    return found.annotate(visits=Count("guests"), last=Max("guests__last_seen_at"))


def rows_of(links: list[Any]) -> list[LinkRow]:
    """What is counted of `links_of`, for all of them in two queries."""
    ids = [link.pk for link in links]
    kept = Prediction.objects.filter(link_id__in=ids, kept=True).values("link_id").annotate(count=Count("pk"))
    kept_of = {row["link_id"]: row["count"] for row in kept}
    quotas = {quota.subject: quota for quota in Quota.objects.filter(subject__in=ids, unit=Quota.Unit.CASES)}
    rows = []
    for link in links:
        quota = quotas.get(link.pk)
        rows.append(
            LinkRow(
                id=link.pk,
                label=link.label,
                role=link.role_word,
                state=link.state,
                has_passcode=bool(link.passcode),
                addresses=tuple(link.addresses),
                embed=tuple(link.embed),
                created_at=link.created_at,
                created_by=str(link.created_by.user) if link.created_by else "",
                expires_at=link.expires_at,
                guests=link.visits,
                kept=kept_of.get(link.pk, 0),
                cases_limit=quota.limit if quota else None,
                cases_left=quota.limit - quota.used if quota else None,
                last_opened_at=link.last,
            )
        )
    return rows


def visits_of(principal: TeamPrincipal, link_id: UUID) -> list[GuestVisit]:
    """Who came through a link, the latest first."""
    require(can_see_links(principal))
    return list(GuestVisit.objects.filter(link_id=link_id).order_by("-last_seen_at")[:500])


def reviewer_links_of(guests: Collection[UUID]) -> dict[UUID, ReviewerLink]:
    """For the inbox: by which link each of these guests came."""
    return {
        visit.pk: ReviewerLink(visit.link.label, visit.link.role_word, visit.link.state == "open", bool(visit.email))
        for visit in GuestVisit.objects.filter(pk__in=guests).select_related("link")
    }


def requests_waiting(member: Member, project: Project) -> int:
    """Access requests that this member can answer."""
    if not can_share(member):
        return 0
    return AccessRequest.objects.filter(link__endpoint__project=project, answered_at=None).count()


def waiting_at_endpoints(member: Member, project: Project) -> int:
    """Access requests, and studies that are kept aside."""
    return requests_waiting(member, project) + held_in(member, project)


def acts_of(principal: TeamPrincipal, link_id: UUID, limit: int = 200) -> list[Event]:
    """What was opened, kept and flagged through a link, and when."""
    require(can_see_links(principal))
    guests = GuestVisit.objects.filter(link_id=link_id).values_list("pk", flat=True)
    acts = Event.objects.filter(Q(who="guest", who_id__in=list(guests)) | Q(subject_id=link_id))
    return list(acts.order_by("-at")[:limit])
